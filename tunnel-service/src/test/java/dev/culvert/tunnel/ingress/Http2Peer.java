package dev.culvert.tunnel.ingress;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** HTTP/2 frame by frame, as client and as local service, so that a test sees where a stream ends. */
final class Http2Peer implements AutoCloseable {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<Stream> accepted = new LinkedBlockingQueue<>();

    /** One stream; what comes is put into a queue as text, e.g. {@code HEADERS 200 grpc-status=5 END}. */
    static final class Stream extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        private volatile Channel channel;

        String next() throws InterruptedException {
            return frames.poll(30, TimeUnit.SECONDS);
        }

        void headers(boolean end, String... namesAndValues) {
            Http2Headers headers = new DefaultHttp2Headers();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                headers.add(namesAndValues[i], namesAndValues[i + 1]);
            }
            channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, end));
        }

        void data(boolean end, String text) {
            channel.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), end));
        }

        void cancel() {
            channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            channel = ctx.channel();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            switch (frame) {
                case Http2HeadersFrame head -> frames.add(describe(head));
                case Http2DataFrame data -> {
                    String text = data.content().toString(StandardCharsets.UTF_8);
                    // Where bytes are cut is nobody's promise; that there is an empty frame at the end is no news
                    // either.
                    if (!text.isEmpty() || data.isEndStream()) {
                        frames.add(("DATA " + text + (data.isEndStream() ? " END" : "")).replace("  ", " "));
                    }
                }
                default -> {}
            }
            ReferenceCountUtil.release(frame);
        }

        private static String describe(Http2HeadersFrame frame) {
            Http2Headers headers = frame.headers();
            StringBuilder text = new StringBuilder("HEADERS");
            for (String name : new String[] {":status", ":path", "te", "grpc-status", "grpc-message"}) {
                if (headers.contains(name)) {
                    text.append(' ').append(name).append('=').append(headers.get(name));
                }
            }
            return text + (frame.isEndStream() ? " END" : "");
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                frames.add("RESET " + reset.errorCode());
            }
            ReferenceCountUtil.release(event);
        }
    }

    /** Listens as a local service; {@link #accepted} has its streams. */
    int listen() throws InterruptedException {
        Channel listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer().build());
                        channel.pipeline().addLast(new Http2MultiplexHandler(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                Stream stream = new Stream();
                                channel.pipeline().addLast(stream);
                                accepted.add(stream);
                            }
                        }));
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** The next stream that a caller has opened. */
    Stream accepted() throws InterruptedException {
        return accepted.poll(30, TimeUnit.SECONDS);
    }

    /** A connection as a caller. */
    Channel connect(int port) throws InterruptedException {
        return new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forClient().build());
                        channel.pipeline().addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                    }
                })
                .connect("127.0.0.1", port)
                .sync()
                .channel();
    }

    /** A new stream on a connection. */
    static Stream open(Channel connection) throws InterruptedException {
        Stream stream = new Stream();
        new Http2StreamChannelBootstrap(connection).handler(stream).open().sync();
        return stream;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
