package dev.culvert.benchmarks.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * The service behind all contenders. Answers each request at once with the same 300 bytes, as one thread can do a hundred
 * thousand times a second; only what may be cached takes its time, so that equal requests meet.
 */
final class Service implements AutoCloseable {
    /** Of the answer that may be cached. */
    static final String CACHEABLE = "/.well-known/openid-configuration";

    private static final Duration THINKING = Duration.ofSeconds(3);
    private static final String INTERNAL = "/internal/";
    private static final String KEYS = "/internal/api-keys/exchange";
    private static final int BACKLOG = 4096;

    private final EventLoopGroup threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicInteger askedForCacheable = new AtomicInteger();
    private final ByteBuf page =
            answer("{\"items\":[" + "0,".repeat(120) + "0],\"total\":121,\"limit\":50}", "no-store");
    private final ByteBuf empty = answer("{}", "no-store");
    private final ByteBuf cacheable = answer("{\"issuer\":\"nobody\"}", "public, max-age=60");
    private final Channel listening;
    private volatile UnaryOperator<String> tokens = _ -> "";

    private Service() {
        listening = new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .option(io.netty.channel.ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.config().setTcpNoDelay(true);
                        channel.pipeline().addLast(new HttpRequestDecoder(), new Answering());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    static Service start() {
        return new Service();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) listening.localAddress()).getPort());
    }

    /** Stands in for auth-service too: gives the token for a key. */
    void exchangeKeys(UnaryOperator<String> tokenOfKey) {
        tokens = tokenOfKey;
    }

    /** How often the answer that may be cached was asked for since the last call of this method. */
    int askedForCacheable() {
        return askedForCacheable.getAndSet(0);
    }

    @Override
    public void close() {
        threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static ByteBuf answer(String body, String caching) {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: " + caching
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(head + body, StandardCharsets.US_ASCII));
    }

    private final class Answering extends SimpleChannelInboundHandler<HttpObject> {
        private String path = "";
        private String key = "";

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // who is gone gets no answer
        protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
            if (part instanceof HttpRequest request) {
                path = request.uri();
                String authorization = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
                key = authorization.substring(authorization.indexOf(' ') + 1);
            }
            if (!(part instanceof LastHttpContent)) {
                return;
            }
            if (path.startsWith(CACHEABLE)) {
                askedForCacheable.incrementAndGet();
                context.executor()
                        .schedule(
                                () -> context.writeAndFlush(cacheable.duplicate()),
                                THINKING.toMillis(),
                                TimeUnit.MILLISECONDS);
            } else if (path.equals(KEYS)) {
                String token = tokens.apply(key);
                context.writeAndFlush(answer("{\"token\":\"" + token + "\",\"expiresInSeconds\":300}", "no-store"));
            } else {
                context.writeAndFlush((path.startsWith(INTERNAL) ? empty : page).duplicate());
            }
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // a caller that was ended with connections open
        }
    }
}
