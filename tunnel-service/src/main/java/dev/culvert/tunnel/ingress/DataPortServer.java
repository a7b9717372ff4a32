package dev.culvert.tunnel.ingress;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data port: one listener for callers, in HTTP/1.1 or HTTP/2, and for agents. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class DataPortServer {
    /** What the port tells its connections. */
    enum Event {
        /** The port goes down: connections without a request under way end now. */
        DRAIN
    }

    private static final Logger log = LoggerFactory.getLogger(DataPortServer.class);
    private static final int MAX_LINE_BYTES = 16 * 1024;
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int MAX_CHUNK_BYTES = 64 * 1024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private final Ingress ingress;
    private final String address;
    private final int port;
    private final EventLoopGroup acceptor;
    private final EventLoopGroup workers;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private @Nullable Channel listener;

    DataPortServer(Ingress ingress, String address, int port, int eventLoops) {
        this.ingress = ingress;
        this.address = address;
        this.port = port;
        // Without epoll the end of a caller whose upload is held back would show only when reading goes on.
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.acceptor = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("data-accept", true), io);
        this.workers = new MultiThreadIoEventLoopGroup(eventLoops, new DefaultThreadFactory("data", true), io);
    }

    void start() throws InterruptedException {
        listener = new ServerBootstrap()
                .group(acceptor, workers)
                .channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        assemble(channel);
                    }
                })
                .bind(address, port)
                .sync()
                .channel();
        log.atInfo()
                .addKeyValue("server.address", address)
                .addKeyValue("server.port", port())
                .log("Data port is open");
    }

    /** The pipeline of an accepted connection, from the socket up; an agent's becomes that of a link. */
    private void assemble(Channel channel) {
        connections.add(channel);
        channel.pipeline().addLast("protocol", new ProtocolChoice(this::assembleHttp1, this::assembleHttp2));
    }

    private void assembleHttp2(Channel channel) {
        Http2Callers.assemble(channel, ingress, MAX_HEAD_BYTES);
    }

    private void assembleHttp1(Channel channel) {
        channel.pipeline()
                .addLast(
                        "http",
                        new HttpServerCodec(new HttpDecoderConfig()
                                .setMaxInitialLineLength(MAX_LINE_BYTES)
                                .setMaxHeaderSize(MAX_HEAD_BYTES)
                                .setMaxChunkSize(MAX_CHUNK_BYTES)));
        channel.pipeline().addLast("intake", new RequestIntake(ingress, channel));
    }

    /** The port that is listened on, also when any was asked for. */
    int port() {
        Channel open = listener;
        if (open == null) {
            throw new IllegalStateException("The data port is not open");
        }
        return ((InetSocketAddress) open.localAddress()).getPort();
    }

    /**
     * Goes down without hurting a request: accepts no connection, tells agents to go elsewhere, and waits for what is under
     * way. Blocks.
     *
     * @param grace how long to wait; what is left then is cut off
     */
    void drain(Duration grace) throws InterruptedException {
        Channel open = listener;
        if (open == null) {
            return;
        }
        ingress.draining().set(true);
        open.close().await();
        log.atInfo().addKeyValue("connections", connections.size()).log("Data port drains");
        ingress.registry().drain();
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(Event.DRAIN));
        if (!connections.newCloseFuture().await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            log.atWarn().addKeyValue("connections", connections.size()).log("Data port cuts off what has not finished");
            connections.close().await(1, TimeUnit.SECONDS);
        }
        acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        // Connections that were cut off still tell each other across loops.
        workers.shutdownGracefully(200, 2000, TimeUnit.MILLISECONDS).await(5, TimeUnit.SECONDS);
    }
}
