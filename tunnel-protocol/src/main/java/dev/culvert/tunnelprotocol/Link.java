package dev.culvert.tunnelprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One connection between an agent and tunnel-service, from the moment the WebSocket upgrade is done, or between two
 * replicas of tunnel-service.
 *
 * <p>Towards agents roles are turned round: the agent dialled, yet it plays the HTTP/2 server and the service the client, so
 * that each request of a caller is one stream opened by the service. See DESIGN.md for flow control and hand-over.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
public final class Link {
    private static final InternalLogger LOG = InternalLoggerFactory.getInstance(Link.class);

    private static final AttributeKey<Link> LINK = AttributeKey.valueOf(Link.class, "link");

    /** Room for unsent bytes of a link; a smaller one would cap every stream below its window. */
    private static final WriteBufferWaterMark LINK_WATER_MARK = new WriteBufferWaterMark(512 * 1024, 1024 * 1024);

    /** Room for unsent bytes of one stream; with the window it is what a stalled stream may hold. */
    private static final WriteBufferWaterMark STREAM_WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    /** Callers who leave become resets, so an agent sees many from a peer it trusts; the default of 200 would end the link. */
    private static final int MAX_RESETS_PER_WINDOW = 100_000;

    private static final int RESET_WINDOW_SECONDS = 30;

    /**
     * Each stream flushes what it has. What streams flush in one round of the event loop leaves with one system call, since
     * the round ends with the flush of all; but a long round sends in between. Below the WebSocket frames and not above: a
     * frame of many streams would stay in memory as a whole until the slowest of them has read its part.
     */
    private static final int MAX_FLUSHES_AT_ONCE = 64;

    private static final Duration CLOSE_GRACE = Duration.ofSeconds(1);

    /** Who is at the other end, and with that what lies under HTTP/2. */
    private enum Ends {
        /** Bytes in WebSocket frames or in bodies of polls; the first stream is for control. */
        AGENT_AND_SERVICE,
        /** Plain bytes; every stream is a request. */
        PEERS
    }

    private final Channel channel;
    private final Http2FrameCodec codec;
    private final Ends ends;
    private final LinkMonitor monitor;

    private volatile boolean draining;
    private volatile boolean askedToMove;
    private boolean drainingHere;

    private Link(Channel channel, Http2FrameCodec codec, Ends ends, LinkSettings settings, LinkListener listener) {
        this.channel = channel;
        this.codec = codec;
        this.ends = ends;
        this.monitor = new LinkMonitor(this, settings, listener);
    }

    /**
     * Assembles the agent's end on an upgraded or a polled channel.
     *
     * @param streams added to each stream the service opens
     */
    public static Link asAgent(Channel channel, LinkSettings settings, LinkListener listener, ChannelHandler streams) {
        return assemble(channel, serverCodec(settings), Ends.AGENT_AND_SERVICE, settings, listener, streams);
    }

    /** Assembles the service's end on an upgraded or a polled channel. */
    public static Link asService(Channel channel, LinkSettings settings, LinkListener listener) {
        return assemble(
                channel, clientCodec(settings), Ends.AGENT_AND_SERVICE, settings, listener, new UnexpectedStream());
    }

    /** Assembles the end of a replica that passes requests on. */
    public static Link asPeerClient(Channel channel, LinkSettings settings, LinkListener listener) {
        return assemble(channel, clientCodec(settings), Ends.PEERS, settings, listener, new UnexpectedStream());
    }

    /**
     * Assembles the end of a replica that takes requests over.
     *
     * @param streams added to each stream the other replica opens
     */
    public static Link asPeerServer(
            Channel channel, LinkSettings settings, LinkListener listener, ChannelHandler streams) {
        return assemble(channel, serverCodec(settings), Ends.PEERS, settings, listener, streams);
    }

    private static Http2FrameCodec serverCodec(LinkSettings settings) {
        Http2Settings announced = commonSettings(settings)
                .maxConcurrentStreams(settings.maxConcurrentStreams())
                .connectProtocolEnabled(true);
        return Http2FrameCodecBuilder.forServer()
                .initialSettings(announced)
                .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS_PER_WINDOW, RESET_WINDOW_SECONDS)
                .build();
    }

    private static Http2FrameCodec clientCodec(LinkSettings settings) {
        return Http2FrameCodecBuilder.forClient()
                .initialSettings(commonSettings(settings).pushEnabled(false))
                .build();
    }

    private static Http2Settings commonSettings(LinkSettings settings) {
        return Http2Settings.defaultSettings()
                .initialWindowSize(settings.streamWindowBytes())
                .maxHeaderListSize(LinkSettings.MAX_HEADER_LIST_BYTES);
    }

    /** The pipeline from the socket up; handlers of the WebSocket handshake, if there was one, are in front already. */
    private static Link assemble(
            Channel channel,
            Http2FrameCodec codec,
            Ends ends,
            LinkSettings settings,
            LinkListener listener,
            ChannelHandler streams) {
        Http2Connection connection = codec.connection();
        connection
                .local()
                .flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true)
                        .frameWriter(codec.encoder().frameWriter()));
        Link link = new Link(channel, codec, ends, settings, listener);
        channel.attr(LINK).set(link);
        channel.config().setWriteBufferWaterMark(LINK_WATER_MARK);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast("flushes", new FlushConsolidationHandler(MAX_FLUSHES_AT_ONCE, true));
        if (ends == Ends.AGENT_AND_SERVICE && !(channel instanceof PolledChannel)) {
            pipeline.addLast("bytes", new WebSocketBytes());
        }
        pipeline.addLast("http2", codec);
        pipeline.addLast("monitor", link.monitor);
        pipeline.addLast("streams", new Http2MultiplexHandler(new StreamDefaults(streams)));
        pipeline.addLast("failures", new ConnectionFailures());
        int alreadyOpen = connection.local().flowController().initialWindowSize(connection.connectionStream());
        channel.writeAndFlush(
                new DefaultHttp2WindowUpdateFrame(Math.max(1, settings.connectionWindowBytes() - alreadyOpen)));
        // The upgrade's handlers may have turned it off to keep early bytes in order.
        channel.config().setAutoRead(true);
        return link;
    }

    /** The link a stream belongs to. */
    static Link of(Http2StreamChannel stream) {
        return stream.parent().attr(LINK).get();
    }

    /** The connection underneath; its event loop is the one of all streams. */
    public Channel channel() {
        return channel;
    }

    /** Whether the peer's SETTINGS have arrived and it takes new streams. */
    public boolean usable() {
        return monitor.ready() && !draining && channel.isActive();
    }

    /** Whether the peer owes an answer for longer than {@link LinkSettings#suspectAfter()}. */
    public boolean suspect() {
        return monitor.suspect();
    }

    /** How long the peer took to answer the last question whether it is there; empty until it was asked. */
    public Optional<Duration> roundTrip() {
        long nanos = monitor.roundTripNanos();
        return nanos == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    /** Whether one of the two ends has said that it wants no new streams. */
    public boolean draining() {
        return draining;
    }

    /** Whether the peer has been asked to use another link, or either end wants no new streams on this one. */
    public boolean movingAway() {
        return askedToMove || draining;
    }

    /** Streams the peer allows at the same time. */
    public long maxStreams() {
        return monitor.peerMaxStreams();
    }

    /** Streams open now, with the control stream. Only on the event loop. */
    public int openStreams() {
        return codec.connection().numActiveStreams();
    }

    /**
     * Opens a stream; fails with {@link LinkDrainingException} when the link takes no new ones, in which case nothing has
     * been sent and another link may be tried. The handler is told on the link's event loop.
     */
    public Future<Http2StreamChannel> open(ChannelHandler handler) {
        Promise<Http2StreamChannel> opened = channel.eventLoop().newPromise();
        if (channel.eventLoop().inEventLoop()) {
            openNow(handler, opened);
        } else {
            channel.eventLoop().execute(() -> openNow(handler, opened));
        }
        return opened;
    }

    private void openNow(ChannelHandler handler, Promise<Http2StreamChannel> opened) {
        if (!usable()) {
            opened.setFailure(new LinkDrainingException());
            return;
        }
        new Http2StreamChannelBootstrap(channel)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, STREAM_WATER_MARK)
                .handler(handler)
                .open(opened);
    }

    /** Streams that are not requests and live as long as the link. */
    int controlStreams() {
        return ends == Ends.AGENT_AND_SERVICE ? 1 : 0;
    }

    /**
     * Lets one stream have more bytes under way. Only on the event loop.
     *
     * @return false if nothing more will come on the stream
     */
    boolean growWindow(Http2StreamChannel stream, int additionalBytes) {
        Http2Stream http2Stream = codec.connection().stream(stream.stream().id());
        if (http2Stream == null || !http2Stream.state().remoteSideOpen()) {
            return false;
        }
        try {
            codec.connection().local().flowController().incrementWindowSize(http2Stream, additionalBytes);
            return true;
        } catch (Http2Exception e) {
            throw new IllegalArgumentException("Window of a stream cannot grow by " + additionalBytes, e);
        }
    }

    /** Lets all streams together have more bytes under way to this end. Only on the event loop. */
    void growWindow(int additionalBytes) {
        channel.writeAndFlush(new DefaultHttp2WindowUpdateFrame(additionalBytes));
    }

    /**
     * Asks the peer to make another link and to use that. This end goes on to open streams on this one until
     * {@link #drain}, so that no request is without a link in between.
     */
    public void askToMove(CloseReason reason) {
        askedToMove = true;
        channel.eventLoop().execute(() -> {
            if (channel.isActive() && !draining) {
                channel.writeAndFlush(goAwayFrame(reason));
            }
        });
    }

    /**
     * Ends the link without hurting a request: says that this end wants no new streams, lets those that are open or on
     * their way here run on, and closes the connection after the last one.
     */
    public void drain(CloseReason reason) {
        channel.eventLoop().execute(() -> {
            if (!drainingHere && channel.isActive()) {
                drainingHere = true;
                draining = true;
                channel.write(goAwayFrame(reason));
                monitor.drain(codec.connection());
            }
        });
    }

    /** Says why, then closes the connection with everything on it. */
    public void close(CloseReason reason) {
        channel.eventLoop().execute(() -> {
            if (!channel.isActive()) {
                return;
            }
            draining = true;
            monitor.closingHere();
            channel.writeAndFlush(goAwayFrame(reason)).addListener(written -> abort());
            channel.eventLoop().schedule(this::abort, CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    /** Closes the connection without another word and without waiting for anything. */
    public void abort() {
        channel.eventLoop().execute(() -> {
            monitor.closingHere();
            closeBelowHttp2();
        });
    }

    /** The HTTP/2 handler would wait for unsent frames, which a dead peer never takes. */
    void closeBelowHttp2() {
        ChannelHandlerContext bytes = channel.pipeline().context(WebSocketBytes.class);
        ChannelHandlerContext http2 = channel.pipeline().context(codec);
        if (bytes != null) {
            bytes.close();
        } else if (http2 != null) {
            // From a context it goes on below its handler.
            http2.close();
        } else {
            channel.close();
        }
    }

    void peerDrains() {
        draining = true;
    }

    private static DefaultHttp2GoAwayFrame goAwayFrame(CloseReason reason) {
        ByteBuf debugData = ByteBufUtil.writeAscii(UnpooledByteBufAllocator.DEFAULT, reason.wireName());
        DefaultHttp2GoAwayFrame frame = new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR, debugData);
        // Streams that the peer opened before it heard of this are still served (RFC 9113 §6.8).
        frame.setExtraStreamIds(Integer.MAX_VALUE);
        return frame;
    }

    /** What is neither a stream's failure nor the HTTP/2 codec's: mostly the connection being reset. */
    private static final class ConnectionFailures extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            // SETTINGS, PING and GOAWAY were seen by the monitor and end here.
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("Link {} failed", ctx.channel(), cause);
            if (!(cause instanceof Http2Exception)) {
                ctx.close();
            }
        }
    }

    /** Options of streams the peer opens, before its own handler. */
    @ChannelHandler.Sharable
    private static final class StreamDefaults extends ChannelInboundHandlerAdapter {
        private final ChannelHandler streams;

        StreamDefaults(ChannelHandler streams) {
            this.streams = streams;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.channel().config().setWriteBufferWaterMark(STREAM_WATER_MARK);
            ctx.pipeline().replace(this, null, streams);
        }
    }

    /** Agents never open streams. */
    @ChannelHandler.Sharable
    private static final class UnexpectedStream extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.close();
        }
    }
}
