package dev.culvert.agent.forward;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the local service, one set for each event loop and only used on it.
 *
 * <p>A connection is kept for reuse only a moment. Servers close idle ones after seconds at will, and a request that
 * meets such an end cannot be repeated when it has a body; a new connection on the same machine costs next to nothing.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class Origins {
    private static final Duration REUSE_WITHIN = Duration.ofMillis(1500);
    private static final int MAX_IDLE = 64;
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final int MAX_LINE_BYTES = 64 * 1024;
    private static final int MAX_HEAD_BYTES = 256 * 1024;
    private static final int MAX_CHUNK_BYTES = 64 * 1024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private final Target target;
    private final EventLoop eventLoop;
    private final Bootstrap bootstrap;
    private final Http2Origin http2;
    private final Deque<OriginConnection> idle = new ArrayDeque<>();
    private boolean sweepPlanned;

    Origins(Target target, EventLoop eventLoop) {
        this.target = target;
        this.eventLoop = eventLoop;
        this.bootstrap = bootstrap(eventLoop).handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                assemble(channel);
            }
        });
        this.http2 = new Http2Origin(this, bootstrap(eventLoop), eventLoop);
    }

    private static Bootstrap bootstrap(EventLoop eventLoop) {
        return new Bootstrap()
                .group(eventLoop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
    }

    Target target() {
        return target;
    }

    /** The pipeline towards the local service, from the socket up. */
    private void assemble(Channel channel) {
        if (target.tls() != null) {
            channel.pipeline().addLast("tls", target.tls().newHandler(channel.alloc(), target.host(), target.port()));
        }
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEAD_BYTES)
                .setMaxChunkSize(MAX_CHUNK_BYTES);
        channel.pipeline().addLast("http", new HttpClientCodec(limits, false, false));
        channel.pipeline().addLast("origin", new OriginConnection(channel, this, true));
    }

    /** A connection that was used before, if a fresh enough one is there. */
    @Nullable
    OriginConnection reusable() {
        long now = System.nanoTime();
        OriginConnection connection;
        while ((connection = idle.pollLast()) != null) {
            if (connection.fitForReuse(now - REUSE_WITHIN.toNanos())) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    /** A new connection, or a new stream where the request needs HTTP/2. */
    Future<OriginConnection> connect(boolean asHttp2) {
        if (asHttp2) {
            return http2.open();
        }
        Promise<OriginConnection> connected = eventLoop.newPromise();
        dial(bootstrap).addListener(future -> {
            if (future.isSuccess()) {
                Channel channel = (Channel) future.getNow();
                connected.setSuccess(channel.pipeline().get(OriginConnection.class));
            } else {
                connected.setFailure(future.cause());
            }
        });
        return connected;
    }

    /** Connects to the target, and to nothing that its name may have been turned to. */
    Future<Channel> dial(Bootstrap with) {
        Promise<Channel> connected = eventLoop.newPromise();
        with.connect(target.host(), target.port()).addListener((ChannelFutureListener) future -> {
            Channel channel = future.channel();
            if (!future.isSuccess()) {
                connected.setFailure(future.cause());
            } else if (channel.remoteAddress() instanceof InetSocketAddress address
                    && Target.isLinkLocal(address.getAddress())) {
                channel.close();
                connected.setFailure(new ConnectException("The name of the target leads to a link-local address"));
            } else {
                connected.setSuccess(channel);
            }
        });
        return connected;
    }

    /** Takes back a connection on which a request and its answer are complete. */
    void keep(OriginConnection connection) {
        if (idle.size() >= MAX_IDLE) {
            connection.close();
            return;
        }
        idle.addLast(connection);
        planSweep();
    }

    void forget(OriginConnection connection) {
        idle.remove(connection);
    }

    private void planSweep() {
        if (!sweepPlanned) {
            sweepPlanned = true;
            eventLoop.schedule(this::sweep, REUSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        sweepPlanned = false;
        long notBefore = System.nanoTime() - REUSE_WITHIN.toNanos();
        OriginConnection oldest;
        while ((oldest = idle.peekFirst()) != null && !oldest.fitForReuse(notBefore)) {
            idle.pollFirst();
            oldest.close();
        }
        if (!idle.isEmpty()) {
            planSweep();
        }
    }
}
