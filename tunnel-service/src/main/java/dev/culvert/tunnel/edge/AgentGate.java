package dev.culvert.tunnel.edge;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.cluster.ClusterMap;
import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.Admission.Admitted;
import dev.culvert.tunnel.session.SessionEvent.SessionInfo;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.LinkSettings;
import dev.culvert.tunnelprotocol.MaskedFrameDecoder;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Lets agents in: checks the request of one, upgrades its connection and makes a link of it. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
public final class AgentGate {
    /** Agents send at most 32 KiB a frame; gateways on the way may join frames. */
    private static final int MAX_FRAME_BYTES = 1024 * 1024;

    /** A few machines with a few links each; more is an agent that dials in a circle. */
    private static final int MAX_CONNECTIONS_PER_TUNNEL = 64;

    private final Admission admission;
    private final SessionRegistry registry;
    private final ClusterMap cluster;
    private final LinkSettings settings;
    private final JsonMapper json;
    private final ArrivalPace pace = new ArrivalPace(System::nanoTime);

    public AgentGate(
            Admission admission, SessionRegistry registry, ClusterMap cluster, LinkSettings settings, JsonMapper json) {
        this.admission = admission;
        this.registry = registry;
        this.cluster = cluster;
        this.settings = settings;
        this.json = json;
    }

    /** Whether a request is an agent's. */
    public static boolean isFor(HttpRequest request) {
        String uri = request.uri();
        return uri.startsWith(TunnelProtocol.CONNECT_PATH)
                && (uri.length() == TunnelProtocol.CONNECT_PATH.length()
                        || uri.charAt(TunnelProtocol.CONNECT_PATH.length()) == '?');
    }

    /** Whether the agent asks for another replica than this one, and there is one that it has not. */
    public boolean avoids(HttpRequest request) {
        Set<String> avoided = avoided(request).orElse(Set.of());
        return avoided.contains(Member.tag(cluster.self()))
                && cluster.staying().stream().anyMatch(member -> !avoided.contains(Member.tag(member.name())));
    }

    /** Tags of the replicas an agent is connected to; empty for agents that know nothing of replicas. */
    private static Optional<Set<String>> avoided(HttpRequest request) {
        List<String> values = new QueryStringDecoder(request.uri()).parameters().get(TunnelProtocol.AVOID_PARAMETER);
        return values == null
                ? Optional.empty()
                : Optional.of(values.stream()
                        .flatMap(value -> Arrays.stream(value.split(",")))
                        .collect(Collectors.toSet()));
    }

    /**
     * Checks whether the agent may connect.
     *
     * @return what {@link #upgrade} needs; fails with the problem to answer
     */
    public CompletableFuture<Entrance> check(HttpRequest request, String token) {
        requireUpgrade(request);
        return checkPolled(request, token);
    }

    /**
     * Checks whether an agent may connect that cannot upgrade.
     *
     * @return what {@link #serve} needs; fails with the problem to answer
     */
    CompletableFuture<Entrance> checkPolled(HttpRequest request, String token) {
        List<String> names = new QueryStringDecoder(request.uri())
                .parameters()
                .getOrDefault(TunnelProtocol.TUNNEL_PARAMETER, List.of());
        if (names.size() != 1 || names.getFirst().isEmpty()) {
            throw new ProblemException(
                    ProblemCode.VALIDATION_ERROR, "Name the tunnel once, in the query parameter 'tunnel'.");
        }
        String tunnel = names.getFirst();
        return admission
                .admitAgent(token, tunnel)
                .thenApply(admitted -> new Entrance(token, tunnel, entrance(admitted)));
    }

    /** A checked request. */
    public record Entrance(String token, String tunnel, Admitted admitted) {
        Resolution.Found found() {
            return (Resolution.Found) admitted.resolution();
        }
    }

    private static void requireUpgrade(HttpRequest request) {
        if (!HttpMethod.GET.equals(request.method())) {
            throw new ProblemException(ProblemCode.METHOD_NOT_ALLOWED, "Agents connect here by WebSocket.")
                    .withHeader(HttpHeaderNames.ALLOW.toString(), HttpMethod.GET.name());
        }
        boolean webSocket = request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && request.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
        boolean protocol = request.headers()
                .containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, TunnelProtocol.SUBPROTOCOL, true);
        if (!webSocket || !protocol) {
            throw new ProblemException(
                    ProblemCode.VALIDATION_ERROR,
                    "Agents connect here by WebSocket with the subprotocol " + TunnelProtocol.SUBPROTOCOL + ".");
        }
    }

    private Admitted entrance(Admitted admitted) {
        if (!admitted.caller().hasScope(Scope.TUNNELS_CONNECT)) {
            throw new ProblemException(
                            ProblemCode.FORBIDDEN, "These credentials lack the scope " + Scope.TUNNELS_CONNECT + ".")
                    .withAlias("INSUFFICIENT_SCOPES");
        }
        switch (admitted.resolution()) {
            case Resolution.Unknown _ ->
                throw new ProblemException(ProblemCode.TUNNEL_001, "There is no tunnel of this name.")
                        .withAlias("TUNNEL_NOT_FOUND");
            case Resolution.Stopped _ ->
                throw new ProblemException(ProblemCode.TUNNEL_STOPPED, "The tunnel is stopped. Start it first.");
            case Resolution.Found found -> {
                if (!found.grant().mayConnect()) {
                    throw new ProblemException(
                            ProblemCode.FORBIDDEN,
                            "The tunnel is shared with you as " + found.grant().role()
                                    + "; to serve it, an agent needs the permission write.");
                }
                if (registry.connections(found.tunnelId()) >= MAX_CONNECTIONS_PER_TUNNEL) {
                    throw new ProblemException(
                                    ProblemCode.TOO_MANY_STREAMS, "The tunnel has too many agent connections.")
                            .withRetryAfter(Duration.ofSeconds(5));
                }
                requireRest(admitted.caller(), found.tunnelId());
            }
        }
        return admitted;
    }

    private void requireRest(Caller caller, UUID tunnelId) {
        pace.arrive(tunnelId, caller.apiKeyId().orElse(caller.userId())).ifPresent(wait -> {
            throw new ProblemException(
                            ProblemCode.RATE_LIMIT_EXCEEDED, "Agents of this tunnel connect again and again.")
                    .withRetryAfter(wait);
        });
    }

    /** Answers 101 and turns the channel into a link; its HTTP handlers but the codec are gone by now. */
    public void upgrade(Channel channel, HttpRequest request, Entrance entrance) {
        if (!WebSocketVersion.V13
                .toHttpHeaderValue()
                .equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(channel)
                    .addListener(_ -> channel.close());
            return;
        }
        FullHttpRequest whole = new DefaultFullHttpRequest(
                request.protocolVersion(),
                request.method(),
                request.uri(),
                Unpooled.EMPTY_BUFFER,
                request.headers(),
                EmptyHttpHeaders.INSTANCE);
        new Handshaker().handshake(channel, whole).addListener(upgraded -> {
            if (upgraded.isSuccess()) {
                serve(channel, channel, request, entrance);
            } else {
                channel.close();
            }
        });
    }

    private static final class Handshaker extends WebSocketServerHandshaker13 {
        Handshaker() {
            super("ws://localhost" + TunnelProtocol.CONNECT_PATH, TunnelProtocol.SUBPROTOCOL, false, MAX_FRAME_BYTES);
        }

        @Override
        protected WebSocketFrameDecoder newWebsocketDecoder() {
            return new MaskedFrameDecoder(MAX_FRAME_BYTES);
        }
    }

    /**
     * Makes a link of a channel that carries bytes both ways by now.
     *
     * @param client where the request came from
     */
    void serve(Channel channel, Channel client, HttpRequest request, Entrance entrance) {
        new Greeting(
                        describe(client, request, entrance),
                        entrance,
                        avoided(request).isPresent(),
                        admission,
                        registry,
                        cluster,
                        json)
                .start(channel, settings);
    }

    private static SessionInfo describe(Channel channel, HttpRequest request, Entrance entrance) {
        Caller caller = entrance.admitted().caller();
        return new SessionInfo(
                UUID.randomUUID(),
                entrance.found().tunnelId(),
                entrance.found().tenantId(),
                caller.userId(),
                caller.apiKeyId(),
                "",
                "",
                ClientAddress.textOf(channel, request));
    }
}
