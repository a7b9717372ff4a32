package dev.culvert.tunnel.peer;

import dev.culvert.tunnel.cluster.Member;
import dev.culvert.tunnel.peer.PeerPass.Issued;
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
import org.jspecify.annotations.Nullable;

/**
 * Takes a poll that came to the wrong replica to the one that has the link, as it came: that one looks at the credentials itself.
 * They go only to whoever has proven on this very connection to be that replica, since its address is what Redis says. A
 * connection of its own for each; polls are what is left where nothing better passes, and few.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the connection, which is heard of
final class PollHop extends SimpleChannelInboundHandler<FullHttpResponse> {
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int PATIENCE_SECONDS = TunnelProtocol.POLL_SECONDS + 10;
    private static final int MAX_ANSWER_BYTES = 2 * TunnelProtocol.MAX_POLLED_BYTES;

    private final String address;
    private final Issued issued;
    private final HttpRequest request;
    private final Consumer<FullHttpResponse> answered;
    private final Consumer<Throwable> failed;
    private @Nullable ByteBuf body;
    private boolean done;

    private PollHop(
            String address,
            Issued issued,
            HttpRequest request,
            ByteBuf body,
            Consumer<FullHttpResponse> answered,
            Consumer<Throwable> failed) {
        this.address = address;
        this.issued = issued;
        this.request = request;
        this.body = body;
        this.answered = answered;
        this.failed = failed;
    }

    /**
     * Passes a request on; exactly one of the two is told, on the event loop.
     *
     * @param issued pass for that replica
     * @param body is released
     * @param answered gets the answer, which is its own to release
     * @return the connection, to be closed when nobody waits any more
     */
    static Channel pass(
            Member member,
            Issued issued,
            EventLoop eventLoop,
            HttpRequest request,
            ByteBuf body,
            Consumer<FullHttpResponse> answered,
            Consumer<Throwable> failed) {
        PollHop hop = new PollHop(member.address(), issued, request, body, answered, failed);
        URI address = URI.create("http://" + member.address());
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
            if (!done.isSuccess()) {
                hop.fail(done.cause());
            }
        });
        return connected.channel();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.writeAndFlush(PeerGate.question(address, issued));
    }

    private FullHttpRequest onward(ByteBuf content) {
        HttpHeaders headers = new DefaultHttpHeaders()
                .add(request.headers())
                .remove(HttpHeaderNames.TRANSFER_ENCODING)
                .set(HttpHeaderNames.HOST, address)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, request.method(), request.uri(), content, headers, EmptyHttpHeaders.INSTANCE);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
        ByteBuf unsent = body;
        if (unsent == null) {
            done = true;
            answer.headers().remove(HttpHeaderNames.CONNECTION);
            answered.accept(answer.retain());
            context.close();
        } else if (issued.isProvenBy(answer)) {
            body = null;
            context.writeAndFlush(onward(unsent));
        } else {
            fail(new IOException("What answers at " + address + " is no replica of this installation"));
            context.close();
        }
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
        ByteBuf unsent = body;
        body = null;
        if (unsent != null) {
            unsent.release();
        }
        if (!done) {
            done = true;
            failed.accept(cause);
        }
    }
}
