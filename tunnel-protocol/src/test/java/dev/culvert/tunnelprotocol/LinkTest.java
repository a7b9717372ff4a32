package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both ends of a link on a real socket, the WebSocket handshake left out. */
@SuppressWarnings("FutureReturnValueIgnored")
class LinkTest {
    private static final LinkSettings SETTINGS = new LinkSettings(
            65_535, 1024 * 1024, 10, Duration.ofMillis(50), Duration.ofMillis(300), Duration.ofMillis(2000));

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final Events agentEvents = new Events();
    private final Events serviceEvents = new Events();
    private Link agent;
    private Link service;
    private final Gate gate = new Gate();

    @BeforeEach
    void connect() throws Exception {
        CompletableFuture<Link> accepted = new CompletableFuture<>();
        Channel listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new MaskedFrameDecoder(65_536), new WebSocket13FrameEncoder(false));
                        channel.eventLoop()
                                .execute(() -> accepted.complete(Link.asService(channel, SETTINGS, serviceEvents)));
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        Channel dialled = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                // As the handshake does: nothing is read before the link is there.
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        gate,
                                        new WebSocket13FrameDecoder(false, false, 65_536),
                                        new WebSocket13FrameEncoder(true));
                    }
                })
                .connect((InetSocketAddress) listener.localAddress())
                .sync()
                .channel();
        CompletableFuture<Link> made = new CompletableFuture<>();
        dialled.eventLoop()
                .execute(() -> made.complete(Link.asAgent(dialled, SETTINGS, agentEvents, new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline().addLast(new Echo());
                    }
                })));
        agent = made.get(30, TimeUnit.SECONDS);
        service = accepted.get(30, TimeUnit.SECONDS);
        serviceEvents.ready.get(30, TimeUnit.SECONDS);
        listener.close().sync();
    }

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void carriesAStreamThatTheAcceptingSideOpens() throws Exception {
        Collector answer = new Collector();

        Http2StreamChannel stream = open(answer);
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(new byte[1000]), true));

        await().until(() -> answer.ended && answer.bytes.get() == 1000);
        assertThat(service.maxStreams()).isEqualTo(10);
    }

    @Test
    void carriesFarMoreThanAWindow() throws Exception {
        Collector answer = new Collector();
        Http2StreamChannel stream = open(answer);

        for (int i = 0; i < 100; i++) {
            stream.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[60_000]), i == 99));
        }
        stream.flush();

        await().atMost(Duration.ofSeconds(30)).until(() -> answer.ended);
        assertThat(answer.bytes).hasValue(6_000_000);
    }

    @Test
    void holdsAStalledStreamToItsWindowAndAWidenedOneToTheWiderWindow() throws Exception {
        Collector answer = new Collector();
        Http2StreamChannel stream = open(answer);
        stream.config().setAutoRead(false);
        for (int i = 0; i < 100; i++) {
            stream.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[60_000]), false));
        }
        stream.flush();
        AtomicLong echoed = Echo.LAST_WRITTEN;
        await().until(() -> echoed.get() >= SETTINGS.streamWindowBytes());
        long before = echoed.get();

        CompletableFuture<Boolean> grown = new CompletableFuture<>();
        service.channel().eventLoop().execute(() -> grown.complete(service.growWindow(stream, 300_000)));

        assertThat(grown.get(30, TimeUnit.SECONDS)).isTrue();
        // The next update brings the window to its new size; one is due when half of it was read.
        stream.read();
        await().until(() -> echoed.get() > before + 200_000);
    }

    @Test
    void finishesOpenStreamsBeforeItEndsWhenTheAgentDrains() throws Exception {
        Collector answer = new Collector();
        Http2StreamChannel control = open(new Collector());
        Http2StreamChannel stream = open(answer);
        assertThat(control.isActive()).isTrue();

        agent.drain(CloseReason.DRAINING);
        assertThat(serviceEvents.goAway.get(30, TimeUnit.SECONDS)).contains(CloseReason.DRAINING);
        assertThat(service.usable()).isFalse();
        assertThat(service.open(new Collector()).await().cause()).isInstanceOf(LinkDrainingException.class);
        assertThat(serviceEvents.closed).isNotDone();
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(new byte[10]), true));

        await().until(() -> answer.ended);
        assertThat(agentEvents.closed.get(30, TimeUnit.SECONDS)).isEqualTo(LinkListener.LinkEnd.CLOSED_HERE);
        assertThat(serviceEvents.closed.get(30, TimeUnit.SECONDS)).isEqualTo(LinkListener.LinkEnd.CLOSED_BY_PEER);
    }

    @Test
    void saysWhyItCloses() throws Exception {
        service.close(CloseReason.REVOKED);

        assertThat(agentEvents.goAway.get(30, TimeUnit.SECONDS)).contains(CloseReason.REVOKED);
        assertThat(agentEvents.closed.get(30, TimeUnit.SECONDS)).isEqualTo(LinkListener.LinkEnd.CLOSED_BY_PEER);
    }

    @Test
    void suspectsThenGivesUpAPeerThatSaysNothing() throws Exception {
        gate.closed = true;

        await().until(() -> service.suspect());
        assertThat(service.usable()).isTrue();
        assertThat(serviceEvents.closed.get(30, TimeUnit.SECONDS)).isEqualTo(LinkListener.LinkEnd.SILENT);
    }

    @Test
    void trustsAPeerThatAnswersAgain() throws Exception {
        gate.closed = true;
        await().until(() -> service.suspect());

        gate.closed = false;
        gate.release();

        await().until(() -> !service.suspect());
        assertThat(serviceEvents.closed).isNotDone();
    }

    @Test
    void keepsAnIdleLink() throws ExecutionException, InterruptedException {
        long idleUntil = System.nanoTime() + SETTINGS.closeAfter().toNanos() * 3 / 2;

        await().atMost(Duration.ofSeconds(30)).until(() -> System.nanoTime() > idleUntil);

        assertThat(serviceEvents.closed).isNotDone();
        assertThat(agentEvents.closed).isNotDone();
    }

    private Http2StreamChannel open(Collector answer) throws InterruptedException {
        Http2StreamChannel stream = service.open(answer).sync().getNow();
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(
                        new DefaultHttp2Headers()
                                .method("POST")
                                .scheme("http")
                                .path("/")
                                .authority("a"),
                        false))
                .sync();
        return stream;
    }

    private static final class Events implements LinkListener {
        final CompletableFuture<Link> ready = new CompletableFuture<>();
        final CompletableFuture<Optional<CloseReason>> goAway = new CompletableFuture<>();
        final CompletableFuture<LinkEnd> closed = new CompletableFuture<>();

        @Override
        public void onReady(Link link) {
            ready.complete(link);
        }

        @Override
        public void onGoAway(Link link, Optional<CloseReason> reason) {
            goAway.complete(reason);
        }

        @Override
        public void onClosed(Link link, LinkEnd end) {
            closed.complete(end);
        }
    }

    /** Sends back what it gets. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        static final AtomicLong LAST_WRITTEN = new AtomicLong();
        private final AtomicLong written = new AtomicLong();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame) {
                LAST_WRITTEN.set(0);
                ctx.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false));
            } else if (message instanceof Http2DataFrame data) {
                int size = data.content().readableBytes();
                ctx.write(new DefaultHttp2DataFrame(data.content(), data.isEndStream()))
                        .addListener(done -> LAST_WRITTEN.set(written.addAndGet(size)));
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    private static final class Collector extends ChannelInboundHandlerAdapter {
        final AtomicLong bytes = new AtomicLong();
        volatile boolean ended;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2DataFrame data) {
                bytes.addAndGet(data.content().readableBytes());
                ended |= data.isEndStream();
            }
            ReferenceCountUtil.release(message);
        }
    }

    /** A network that can lose everything one side says. */
    private static final class Gate extends ChannelDuplexHandler {
        volatile boolean closed;
        private ChannelHandlerContext context;
        private ByteBuf held = Unpooled.EMPTY_BUFFER;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            context = ctx;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            if (closed && message instanceof ByteBuf bytes) {
                held = Unpooled.wrappedBuffer(held, bytes);
                promise.setSuccess();
            } else {
                ctx.write(message, promise);
            }
        }

        void release() {
            context.executor().execute(() -> {
                context.writeAndFlush(held);
                held = Unpooled.EMPTY_BUFFER;
            });
        }
    }
}
