package dev.culvert.tunnel.peer;

import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnelprotocol.LinkDrainingException;
import dev.culvert.tunnelprotocol.MemoryBudget;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that another replica passes on: finds an agent here, says so, and ties the two streams together. It never looks
 * for a third replica. On the loop of the connection between the replicas, unless said otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class PeerRequest extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(PeerRequest.class);
    private static final int MAX_ATTEMPTS = 3;
    private static final AsciiString TRACE_PARENT = AsciiString.cached("traceparent");

    /** What two replicas do not say to each other but to the agent. */
    private static final Set<AsciiString> FOR_THE_AGENT =
            Set.of(TunnelProtocol.RESUME_KEY_HEADER, TunnelProtocol.RESUME_FROM_HEADER);

    private final Shared shared;
    private final Http2StreamChannel peer;
    private final Deque<Object> waiting = new ArrayDeque<>();
    private boolean begun;
    private boolean over;

    /**
     * What all requests of other replicas share.
     *
     * @param windowBytes window each stream starts with
     */
    record Shared(SessionRegistry registry, Admission admission, MemoryBudget memory, int windowBytes) {}

    PeerRequest(Shared shared, Http2StreamChannel peer) {
        this.shared = shared;
        this.peer = peer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (begun) {
            waiting.add(frame);
        } else if (frame instanceof Http2HeadersFrame head) {
            begun = true;
            peer.config().setAutoRead(false);
            begin(head);
        } else {
            ReferenceCountUtil.release(frame);
            ctx.close();
        }
    }

    private void begin(Http2HeadersFrame frame) {
        Http2Headers head = frame.headers();
        Optional<UUID> tunnelId = text(head, PeerProtocol.TUNNEL_ID).map(UUID::fromString);
        String name = URLDecoder.decode(text(head, PeerProtocol.TUNNEL_NAME).orElse(""), StandardCharsets.UTF_8);
        Optional<String> token = text(head, PeerProtocol.CALLER_TOKEN);
        if (tunnelId.isEmpty()) {
            refuse(PeerProtocol.NOT_HERE);
            return;
        }
        log.atDebug()
                .addKeyValue("traceparent", () -> text(head, TRACE_PARENT).orElse(""))
                .addKeyValue("culvert.tunnel.id", tunnelId.get())
                .log("Takes a request over from another replica");
        Wanted wanted = new Wanted(
                tunnelId.get(),
                text(head, PeerProtocol.ENDPOINT),
                text(head, PeerProtocol.AGENT),
                withoutInternals(head),
                frame.isEndStream());
        if (token.isEmpty()) {
            open(wanted, MAX_ATTEMPTS);
            return;
        }
        // Who may call the tunnel was decided where the request came in; that there is such a caller is seen here as
        // well.
        shared.admission()
                .admit(token.get(), name)
                .whenComplete((_, failure) -> onLoop(() -> {
                    if (failure == null) {
                        open(wanted, MAX_ATTEMPTS);
                    } else {
                        refuse(PeerProtocol.NOT_ADMITTED);
                    }
                }));
    }

    private static Optional<String> text(Http2Headers head, AsciiString name) {
        return Optional.ofNullable(head.get(name)).map(CharSequence::toString);
    }

    private static Http2Headers withoutInternals(Http2Headers head) {
        Http2Headers kept = new DefaultHttp2Headers(false);
        for (Map.Entry<CharSequence, CharSequence> field : head) {
            if (!field.getKey().toString().startsWith(TunnelProtocol.INTERNAL_PREFIX)
                    || FOR_THE_AGENT.contains(AsciiString.of(field.getKey()))) {
                kept.add(field.getKey(), field.getValue());
            }
        }
        return kept;
    }

    /**
     * What is asked for.
     *
     * @param endpoint the only one whose agents may answer; empty for any
     * @param agent the only agent process that can answer; empty for any
     * @param head for the agent
     */
    private record Wanted(
            UUID tunnelId,
            Optional<String> endpoint,
            Optional<String> agent,
            Http2Headers head,
            boolean endOfRequest) {}

    private void open(Wanted wanted, int attempts) {
        if (over) {
            return;
        }
        SessionRegistry registry = shared.registry();
        AgentSession session = wanted.agent()
                .map(agent -> registry.beginOf(wanted.tunnelId(), agent))
                .orElseGet(() -> registry.begin(wanted.tunnelId(), wanted.endpoint()))
                .orElse(null);
        if (session == null) {
            boolean connected = registry.connected(wanted.tunnelId(), wanted.endpoint());
            refuse(connected ? PeerProtocol.BUSY : PeerProtocol.NOT_HERE);
            return;
        }
        long pinned = MemoryBudget.pinnedBy(shared.windowBytes());
        if (!shared.memory().tryReserve(pinned)) {
            session.end();
            refuse(PeerProtocol.BUSY);
            return;
        }
        FrameRelay answer = new FrameRelay(FrameRelay.From.AGENT, peer, false, shared.windowBytes(), shared.memory());
        session.link().open(answer).addListener(opened -> {
            if (opened.isSuccess()) {
                Http2StreamChannel agent = (Http2StreamChannel) opened.getNow();
                agent.closeFuture().addListener(_ -> {
                    session.end();
                    shared.memory().release(pinned);
                });
                // In this very moment, as in a request of our own: a link that drains waits for streams it has heard
                // of.
                agent.writeAndFlush(new DefaultHttp2HeadersFrame(wanted.head(), wanted.endOfRequest()));
                // From this loop, which also passes on the answer, so that it comes first.
                peer.writeAndFlush(
                        new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status(PeerProtocol.ACCEPTED), false));
                onLoop(() -> flow(agent, wanted.endOfRequest()));
            } else {
                session.end();
                shared.memory().release(pinned);
                boolean again = opened.cause() instanceof LinkDrainingException && attempts > 1;
                onLoop(() -> {
                    if (again) {
                        open(wanted, attempts - 1);
                    } else {
                        refuse(PeerProtocol.NOT_HERE);
                    }
                });
            }
        });
    }

    private void onLoop(Runnable task) {
        if (peer.eventLoop().inEventLoop()) {
            task.run();
        } else {
            peer.eventLoop().execute(task);
        }
    }

    /** The agent's stream is open: what the other replica sends goes straight there. */
    private void flow(Http2StreamChannel agent, boolean endOfRequest) {
        if (over) {
            agent.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        over = true;
        FrameRelay body =
                new FrameRelay(FrameRelay.From.PEER, agent, endOfRequest, shared.windowBytes(), shared.memory());
        peer.pipeline().addLast(body);
        ChannelHandlerContext ctx = peer.pipeline().context(this);
        Object held;
        while ((held = waiting.poll()) != null) {
            ctx.fireChannelRead(held);
        }
        peer.pipeline().remove(this);
        peer.config().setAutoRead(true);
        // Last: it stops reading again where the agent has no room for what was held.
        peer.pipeline().fireChannelReadComplete();
    }

    /** Nothing was sent to an agent: the other replica may try elsewhere. */
    private void refuse(AsciiString why) {
        if (over) {
            return;
        }
        over = true;
        releaseWaiting();
        Http2Headers head =
                new DefaultHttp2Headers().status(PeerProtocol.REFUSED).set(TunnelProtocol.FAILURE_HEADER, why);
        peer.writeAndFlush(new DefaultHttp2HeadersFrame(head, true)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over = true;
        releaseWaiting();
    }

    private void releaseWaiting() {
        Object held;
        while ((held = waiting.poll()) != null) {
            ReferenceCountUtil.release(held);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // A reset is followed by the end of the stream, which says all.
        ReferenceCountUtil.release(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
