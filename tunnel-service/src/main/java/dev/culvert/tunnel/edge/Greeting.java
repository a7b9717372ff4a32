package dev.culvert.tunnel.edge;

import dev.culvert.tunnel.cluster.ClusterMap;
import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnel.edge.AgentGate.Entrance;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.SessionEvent.SessionInfo;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.AgentHello;
import dev.culvert.tunnelprotocol.CloseReason;
import dev.culvert.tunnelprotocol.Link;
import dev.culvert.tunnelprotocol.LinkListener;
import dev.culvert.tunnelprotocol.LinkSettings;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The life of one link from upgrade to end: opens the control stream once the agent's SETTINGS are there, reads its hello,
 * makes a session of it, and takes the session out again when the link ends. All on the link's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class Greeting implements LinkListener {
    private static final Logger log = LoggerFactory.getLogger(Greeting.class);
    private static final Duration HELLO_WITHIN = Duration.ofSeconds(10);
    private static final int MAX_INSTANCE_LENGTH = 64;

    private final SessionInfo info;
    private final Entrance entrance;
    private final boolean spreads;
    private final Admission admission;
    private final SessionRegistry registry;
    private final ClusterMap cluster;
    private final JsonMapper json;
    private @Nullable AgentSession session;
    private @Nullable ScheduledFuture<?> deadline;

    /**
     * @param spreads whether the agent wants its connections on different replicas
     */
    Greeting(
            SessionInfo info,
            Entrance entrance,
            boolean spreads,
            Admission admission,
            SessionRegistry registry,
            ClusterMap cluster,
            JsonMapper json) {
        this.info = info;
        this.entrance = entrance;
        this.spreads = spreads;
        this.admission = admission;
        this.registry = registry;
        this.cluster = cluster;
        this.json = json;
    }

    void start(Channel channel, LinkSettings settings) {
        Link link = Link.asService(channel, settings, this);
        deadline = channel.eventLoop()
                .schedule(() -> link.close(CloseReason.PROTOCOL_ERROR), HELLO_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void onReady(Link link) {
        link.open(new ControlReader(link)).addListener(opened -> {
            if (opened.isSuccess()) {
                Http2Headers head = new DefaultHttp2Headers()
                        .method(HttpMethod.CONNECT.asciiName())
                        .scheme("http")
                        .authority("control")
                        .path("/")
                        .set(Http2Headers.PseudoHeaderName.PROTOCOL.value(), TunnelProtocol.CONTROL);
                ((Channel) opened.getNow()).writeAndFlush(new DefaultHttp2HeadersFrame(head, false));
            } else {
                link.close(CloseReason.PROTOCOL_ERROR);
            }
        });
    }

    @Override
    public void onClosed(Link link, LinkEnd end) {
        cancelDeadline();
        AgentSession ended = session;
        if (ended != null) {
            registry.remove(ended, end.name().toLowerCase(Locale.ROOT));
        }
    }

    private void onHello(Link link, Channel control, AgentHello hello) {
        cancelDeadline();
        SessionInfo complete = new SessionInfo(
                info.sessionId(),
                info.tunnelId(),
                info.tenantId(),
                info.userId(),
                info.apiKeyId(),
                hello.instance(),
                hello.version(),
                info.remoteAddress(),
                hello.endpointOrDefault(),
                Objects.requireNonNullElse(hello.target(), ""));
        Optional<Instant> until = entrance.found().grant().until();
        AgentSession greeted = new AgentSession(complete, hello.connection(), link, until);
        session = greeted;
        if (spreads) {
            greeted.spreads(line -> writeLine(control, line));
        }
        registry.add(greeted);
        // Who serves by a share does so until it ends; the agent dials again and is asked anew.
        until.ifPresent(end -> deadline = control.eventLoop()
                .schedule(
                        () -> link.close(CloseReason.DRAINING),
                        Math.max(0, Duration.between(Instant.now(), end).toMillis()),
                        TimeUnit.MILLISECONDS));
        writeLine(
                control,
                "{\"session\":\"" + complete.sessionId() + "\",\"replica\":\"" + Member.tag(cluster.self())
                        + "\",\"replicas\":" + cluster.takingAgents() + "}");
        // The tunnel may have been stopped since the agent was let in, or its share reduced, before there was a session
        // to
        // close.
        admission.admitAgent(entrance.token(), entrance.tunnel()).whenComplete((admitted, failure) -> {
            if (failure == null) {
                closeUnlessStillGood(link, admitted.resolution());
            }
        });
    }

    private void closeUnlessStillGood(Link link, Resolution resolution) {
        switch (resolution) {
            case Resolution.Found found
            when found.grant().mayConnect()
                    && found.grant().until().equals(entrance.found().grant().until()) -> {}
            case Resolution.Found _ -> link.close(CloseReason.DRAINING);
            case Resolution.Stopped _ -> link.close(CloseReason.TUNNEL_STOPPED);
            case Resolution.Unknown _ -> link.close(CloseReason.TUNNEL_DELETED);
        }
    }

    private static void writeLine(Channel control, String json) {
        control.writeAndFlush(
                new DefaultHttp2DataFrame(Unpooled.copiedBuffer(json + '\n', StandardCharsets.US_ASCII), false));
    }

    private void cancelDeadline() {
        ScheduledFuture<?> planned = deadline;
        if (planned != null) {
            planned.cancel(false);
        }
    }

    /** Reads JSON lines of the control stream; so far the hello is the only one there is. */
    private final class ControlReader extends ChannelInboundHandlerAdapter {
        private final Link link;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        ControlReader(Link link) {
            this.link = link;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            try {
                if (frame instanceof Http2DataFrame data && session == null) {
                    collect(ctx.channel(), data.content());
                }
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }

        private void collect(Channel control, ByteBuf bytes) {
            while (bytes.isReadable()) {
                byte next = bytes.readByte();
                if (next == '\n') {
                    parse(control);
                    return;
                }
                line.write(next);
                if (line.size() > AgentHello.MAX_LINE_BYTES) {
                    link.close(CloseReason.PROTOCOL_ERROR);
                    return;
                }
            }
        }

        private void parse(Channel control) {
            try {
                AgentHello hello = json.readValue(line.toByteArray(), AgentHello.class);
                if (hello.instance() == null
                        || hello.version() == null
                        || hello.instance().length() > MAX_INSTANCE_LENGTH
                        || hello.version().length() > MAX_INSTANCE_LENGTH
                        || !hello.namesEndpointWell()) {
                    link.close(CloseReason.PROTOCOL_ERROR);
                } else {
                    onHello(link, control, hello);
                }
            } catch (JacksonException e) {
                log.atWarn()
                        .addKeyValue("culvert.tunnel.id", info.tunnelId())
                        .log("Agent said hello in words that are not understood");
                link.close(CloseReason.PROTOCOL_ERROR);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            // The control stream lives as long as the link.
            if (link.channel().isActive()) {
                link.abort();
            }
        }
    }
}
