package dev.culvert.tunnelprotocol;

import dev.culvert.tunnelprotocol.LinkListener.LinkEnd;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches the frames of the connection itself, between codec and multiplexer: readiness, GOAWAY, and whether the peer is
 * still there. A peer that sends anything is alive; one that sends nothing is asked with PING, then suspected, then given
 * up. TCP alone would take minutes to notice a laptop that was closed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class LinkMonitor extends ChannelInboundHandlerAdapter {
    private static final int IDLE_FACTOR = 5;

    /** Moments in each interval at which links look. */
    private static final int STEPS = 50;

    /** Each is answered. A peer asks ten times in ten seconds where it asks at all; this is one that only wants to be answered. */
    private static final int MOST_QUESTIONS = 1_000;

    private static final long QUESTIONS_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Content of the PING behind our GOAWAY; anything the peer opened before it read that came before the answer. */
    private static final long DRAIN_QUESTION = 0x647261696eL;

    private final Link link;
    private final LinkSettings settings;
    private final LinkListener listener;
    private final LinkWindow window;

    private volatile boolean ready;
    private volatile boolean suspect;
    private volatile long peerMaxStreams = Long.MAX_VALUE;
    private volatile long roundTripNanos;

    /** The clock of what is scheduled on the link's loop. */
    private Ticker time = Ticker.systemTicker();

    private long lastHeardNanos;
    private long questionsSinceNanos;
    private int questions;
    private long askedNanos;
    private boolean asked;
    private boolean drainingHere;
    private boolean peerKnowsDrain;
    private boolean ended;
    private LinkEnd end = LinkEnd.CLOSED_BY_PEER;
    private @Nullable ScheduledFuture<?> tick;

    LinkMonitor(Link link, LinkSettings settings, LinkListener listener) {
        this.link = link;
        this.settings = settings;
        this.listener = listener;
        this.window = new LinkWindow(settings.connectionWindowBytes(), System.nanoTime());
    }

    boolean ready() {
        return ready;
    }

    boolean suspect() {
        return suspect;
    }

    long peerMaxStreams() {
        return peerMaxStreams;
    }

    /** Zero until a question was answered. */
    long roundTripNanos() {
        return roundTripNanos;
    }

    void closingHere() {
        end = LinkEnd.CLOSED_HERE;
    }

    /** Asks the peer for a sign that it has read the GOAWAY sent before; then the last stream closes the link. */
    void drain(Http2Connection connection) {
        drainingHere = true;
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamRemoved(Http2Stream stream) {
                // Later, so that frames written in this moment leave first.
                link.channel().eventLoop().execute(LinkMonitor.this::closeIfDrained);
            }
        });
        link.channel().writeAndFlush(new DefaultHttp2PingFrame(DRAIN_QUESTION));
    }

    private void closeIfDrained() {
        if (drainingHere && peerKnowsDrain && link.openStreams() <= link.controlStreams()) {
            link.abort();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        time = ctx.executor() instanceof AbstractScheduledEventExecutor loop ? loop.ticker() : Ticker.systemTicker();
        lastHeardNanos = time.nanoTime();
        long period = settings.pingInterval().toNanos();
        tick = ctx.executor()
                .scheduleAtFixedRate(
                        () -> checkPeer(ctx),
                        period + untilInStep(lastHeardNanos, period),
                        period,
                        TimeUnit.NANOSECONDS);
    }

    /**
     * How long to wait to look at the same moments as many other links. An event loop of ten thousand idle links would else
     * wake up ten thousand times a second; in a few dozen steps it hardly does, and no step is a long one.
     */
    static long untilInStep(long nanos, long period) {
        long step = Math.max(1, period / STEPS);
        return step - 1 - Math.floorMod(nanos, step);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        lastHeardNanos = time.nanoTime();
        asked = false;
        suspect = false;
        switch (frame) {
            case Http2DataFrame data -> widen(window.arrived(data.initialFlowControlledBytes(), lastHeardNanos));
            case Http2SettingsFrame settingsFrame -> {
                if (!ready) {
                    // While nothing else is under way yet: the length of the way.
                    ctx.writeAndFlush(new DefaultHttp2PingFrame(lastHeardNanos));
                }
                onSettings(settingsFrame);
                onQuestion();
            }
            case Http2GoAwayFrame goAway -> onGoAway(goAway);
            case Http2PingFrame ping
            when ping.ack() && ping.content() == DRAIN_QUESTION -> {
                peerKnowsDrain = true;
                closeIfDrained();
            }
            case Http2PingFrame ping
            when ping.ack() -> {
                roundTripNanos = Math.max(1, lastHeardNanos - ping.content());
                window.answered(roundTripNanos);
            }
            case Http2PingFrame _ -> onQuestion();
            default -> {}
        }
        ctx.fireChannelRead(frame);
    }

    private void widen(int bytes) {
        if (bytes > 0) {
            link.growWindow(bytes);
        }
    }

    private void onQuestion() {
        if (lastHeardNanos - questionsSinceNanos > QUESTIONS_WINDOW_NANOS) {
            questionsSinceNanos = lastHeardNanos;
            questions = 0;
        }
        if (++questions == MOST_QUESTIONS) {
            link.close(CloseReason.PROTOCOL_ERROR);
        }
    }

    private void onSettings(Http2SettingsFrame frame) {
        Long maxStreams = frame.settings().maxConcurrentStreams();
        if (maxStreams != null) {
            peerMaxStreams = maxStreams;
        }
        if (!ready) {
            ready = true;
            listener.onReady(link);
        }
    }

    private void onGoAway(Http2GoAwayFrame frame) {
        link.peerDrains();
        listener.onGoAway(link, CloseReason.fromWireName(frame.content().toString(StandardCharsets.US_ASCII)));
    }

    private void checkPeer(ChannelHandlerContext ctx) {
        long now = time.nanoTime();
        if (!asked) {
            long patience =
                    settings.pingInterval().toNanos() * (link.openStreams() > link.controlStreams() ? 1 : IDLE_FACTOR);
            if (now - lastHeardNanos >= patience) {
                asked = true;
                askedNanos = now;
                ctx.writeAndFlush(new DefaultHttp2PingFrame(now));
            }
            return;
        }
        long waitedNanos = now - askedNanos;
        if (waitedNanos >= settings.closeAfter().toNanos()) {
            end = LinkEnd.SILENT;
            link.closeBelowHttp2();
        } else if (waitedNanos >= settings.suspectAfter().toNanos()) {
            suspect = true;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        ended();
        super.channelInactive(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ended();
    }

    private void ended() {
        ScheduledFuture<?> scheduled = tick;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
        if (!ended) {
            ended = true;
            listener.onClosed(link, end);
        }
    }
}
