package dev.culvert.tunnel.ingress;

import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.function.Consumer;

/**
 * Takes a poll that came to the wrong replica to the one that has the link, as it came: that one looks at the credentials itself.
 * A connection of its own for each; polls are what is left where nothing better passes, and few.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the connection, which is heard of
final class PollHop extends SimpleChannelInboundHandler<FullHttpResponse> {
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int PATIENCE_SECONDS = TunnelProtocol.POLL_SECONDS + 10;
    private static final int MAX_ANSWER_BYTES = 2 * TunnelProtocol.MAX_POLLED_BYTES;

    private final Consumer<FullHttpResponse> answered;
    private final Consumer<Throwable> failed;
    private boolean done;

    private PollHop(Consumer<FullHttpResponse> answered, Consumer<Throwable> failed) {
        this.answered = answered;
        this.failed = failed;
    }

    /**
     * Passes a request on; exactly one of the two is told, on the event loop.
     *
     * @param body is released
     * @param answered gets the answer, which is its own to release
     * @return the connection, to be closed when nobody waits any more
     */
    static Channel pass(
            Member member,
            EventLoop eventLoop,
            HttpRequest request,
            ByteBuf body,
            Consumer<FullHttpResponse> answered,
            Consumer<Throwable> failed) {
        URI address = URI.create("http://" + member.address());
        PollHop hop = new PollHop(answered, failed);
        ChannelFuture connected = new Bootstrap()
                .group(eventLoop)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new ReadTimeoutHandler(PATIENCE_SECONDS))
                                .addLast(new HttpClientCodec())
                                .addLast(new HttpObjectAggregator(MAX_ANSWER_BYTES))
                                .addLast(hop);
                    }
                })
                .connect(new InetSocketAddress(address.getHost(), address.getPort()));
        connected.addListener(done -> {
            if (done.isSuccess()) {
                connected.channel().writeAndFlush(onward(request, address, body));
            } else {
                body.release();
                hop.fail(done.cause());
            }
        });
        return connected.channel();
    }

    private static FullHttpRequest onward(HttpRequest request, URI address, ByteBuf body) {
        HttpHeaders headers = new DefaultHttpHeaders()
                .add(request.headers())
                .remove(HttpHeaderNames.TRANSFER_ENCODING)
                .set(HttpHeaderNames.HOST, address.getRawAuthority())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, request.method(), request.uri(), body, headers, EmptyHttpHeaders.INSTANCE);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
        done = true;
        answer.headers().remove(HttpHeaderNames.CONNECTION);
        answered.accept(answer.retain());
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(new IOException("The other replica closed the connection before it answered"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause);
        context.close();
    }

    private void fail(Throwable cause) {
        if (!done) {
            done = true;
            failed.accept(IngressProblems.replicaGone(cause));
        }
    }
}
