package dev.culvert.tunnel.ingress;

import dev.culvert.tunnelprotocol.Link;
import dev.culvert.tunnelprotocol.LinkListener;
import dev.culvert.tunnelprotocol.LinkSettings;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * An agent that does on each stream what a test says, for what a real one would not do. It asks for a WebSocket without a word on
 * replicas and says hello with the members of the first version.
 */
final class ScriptedAgent implements AutoCloseable {
    static final String INSTANCE = "first";
    private static final String HELLO = "{\"version\":\"0.0.1\",\"instance\":\"" + INSTANCE + "\",\"connection\":0}\n";

    private final EventLoopGroup eventLoops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    /**
     * Dials.
     *
     * @param onRequest what it does when the head of a request has come; the stream is that of the context
     */
    ScriptedAgent(TestingDataPlane plane, String tunnel, BiConsumer<ChannelHandlerContext, Http2Headers> onRequest) {
        WebSocketClientHandshaker handshaker = WebSocketClientHandshakerFactory.newHandshaker(
                URI.create("ws://127.0.0.1:" + plane.port.port() + "/tunnel/v1/connect?tunnel=" + tunnel),
                WebSocketVersion.V13,
                "culvert.h2.v1",
                false,
                new DefaultHttpHeaders().set("Authorization", "Bearer " + TestingDataPlane.TOKEN),
                1024 * 1024);
        new Bootstrap()
                .group(eventLoops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast("http", new HttpClientCodec())
                                .addLast("whole", new HttpObjectAggregator(64 * 1024))
                                .addLast("upgrade", new Upgrade(handshaker, onRequest));
                    }
                })
                .connect("127.0.0.1", plane.port.port())
                .syncUninterruptibly();
    }

    /** Answers with a status and, if there is one, a body, and that is all. */
    @SuppressWarnings("FutureReturnValueIgnored")
    static void answer(ChannelHandlerContext stream, Http2Headers head, String body) {
        stream.write(new DefaultHttp2HeadersFrame(head, false));
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(body, StandardCharsets.US_ASCII), true));
    }

    @Override
    public void close() {
        eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static final class Upgrade extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final WebSocketClientHandshaker handshaker;
        private final BiConsumer<ChannelHandlerContext, Http2Headers> onRequest;

        Upgrade(WebSocketClientHandshaker handshaker, BiConsumer<ChannelHandlerContext, Http2Headers> onRequest) {
            this.handshaker = handshaker;
            this.onRequest = onRequest;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored")
        public void channelActive(ChannelHandlerContext context) {
            handshaker.handshake(context.channel());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
            handshaker.finishHandshake(context.channel(), answer);
            context.pipeline().remove(this);
            Link.asAgent(
                    context.channel(), LinkSettings.DEFAULTS, new LinkListener() {}, new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel stream) {
                            stream.pipeline().addLast(new Stream(onRequest));
                        }
                    });
        }
    }

    private static final class Stream extends ChannelInboundHandlerAdapter {
        private final BiConsumer<ChannelHandlerContext, Http2Headers> onRequest;

        Stream(BiConsumer<ChannelHandlerContext, Http2Headers> onRequest) {
            this.onRequest = onRequest;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored")
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof Http2HeadersFrame head) {
                if (head.headers().contains(":protocol")) {
                    context.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false));
                    context.writeAndFlush(
                            new DefaultHttp2DataFrame(Unpooled.copiedBuffer(HELLO, StandardCharsets.US_ASCII), false));
                } else {
                    onRequest.accept(context, head.headers());
                }
            }
            ReferenceCountUtil.release(message);
        }
    }
}
