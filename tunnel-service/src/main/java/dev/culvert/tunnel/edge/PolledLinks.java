package dev.culvert.tunnel.edge;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.cluster.ClusterMap;
import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnelprotocol.ForcedEnd;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * The links of agents that poll. An id tells by its first part which replica has the link, and cannot be guessed in the rest.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that closes tells all who care
public final class PolledLinks {
    private static final int SECRET_BYTES = 32;
    private static final char SEPARATOR = '.';

    /** Links of agents that have said hello are bounded for each tunnel; these are all, with those that have not. */
    private static final int MOST = 20_000;

    private final AgentGate gate;
    private final ClusterMap cluster;
    private final EventLoopGroup eventLoops;
    private final String tag;
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentMap<String, PolledLink> links = new ConcurrentHashMap<>();
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    public PolledLinks(AgentGate gate, ClusterMap cluster, EventLoopGroup eventLoops) {
        this.gate = gate;
        this.cluster = cluster;
        this.eventLoops = eventLoops;
        this.tag = Member.tag(cluster.self());
    }

    /** Whether a request is about such links. */
    public static boolean areMeantBy(HttpRequest request) {
        String uri = request.uri();
        int length = TunnelProtocol.POLL_PATH.length();
        return uri.startsWith(TunnelProtocol.POLL_PATH)
                && (uri.length() == length || uri.charAt(length) == '?' || uri.charAt(length) == '/');
    }

    /**
     * Checks an agent that wants a link, and makes it.
     *
     * @param client where the request came from
     * @return its id; fails with the problem to answer
     */
    public CompletableFuture<String> open(HttpRequest request, String token, Channel client) {
        if (links.size() >= MOST) {
            throw new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE, "This node has as many polling agents as it takes.")
                    .withRetryAfter(Duration.ofSeconds(5));
        }
        return gate.checkPolled(request, token).thenCompose(entrance -> {
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            String id =
                    tag + SEPARATOR + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
            SocketAddress agent = client.parent() != null && client.remoteAddress() == null
                    ? client.parent().remoteAddress()
                    : client.remoteAddress();
            PolledLink link =
                    new PolledLink(id, entrance.tunnel(), entrance.admitted().caller(), agent);
            CompletableFuture<String> opened = new CompletableFuture<>();
            eventLoops.register(link.channel()).addListener(registered -> {
                if (!registered.isSuccess()) {
                    opened.completeExceptionally(registered.cause());
                    return;
                }
                links.put(id, link);
                channels.add(link.channel());
                link.channel().closeFuture().addListener(_ -> links.remove(id));
                link.begin();
                gate.serve(link.channel(), client, request, entrance);
                opened.complete(id);
            });
            return opened;
        });
    }

    /** The link of an id, if it is here. */
    public Optional<PolledLink> find(String id) {
        return Optional.ofNullable(links.get(id));
    }

    /** The other replica that has the link of an id, if it is one that is known. */
    public Optional<Member> elsewhere(String id) {
        int end = id.indexOf(SEPARATOR);
        String replica = end < 0 ? "" : id.substring(0, end);
        return replica.equals(tag)
                ? Optional.empty()
                : cluster.others().stream()
                        .filter(member -> Member.tag(member.name()).equals(replica))
                        .findFirst();
    }

    /** Whether there are such links. */
    public boolean any() {
        return !channels.isEmpty();
    }

    /**
     * Waits until the links have ended, which have been told to; agents need the port until then. Blocks.
     *
     * @param grace how long to wait
     */
    public void awaitEnd(Duration grace) throws InterruptedException {
        channels.newCloseFuture().await(grace.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends all of them without a word. */
    public void end() {
        channels.forEach(ForcedEnd::of);
    }
}
