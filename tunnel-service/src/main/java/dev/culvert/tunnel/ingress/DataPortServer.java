package dev.culvert.tunnel.ingress;

import dev.culvert.tunnelprotocol.ForcedEnd;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
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
    private static final Duration GRACE_OF_GOODBYES = Duration.ofSeconds(1);
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    private final Ingress ingress;
    private final String address;
    private final int port;
    private final DataPortLoops loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private @Nullable Channel listener;

    DataPortServer(Ingress ingress, String address, int port, DataPortLoops loops) {
        this.ingress = ingress;
        this.address = address;
        this.port = port;
        this.loops = loops;
    }

    /** Takes the port; whoever connects waits for {@link #open}. */
    void start() throws InterruptedException {
        listener = new ServerBootstrap()
                .group(loops.acceptor(), loops.workers())
                .channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
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
    }

    /** Accepts connections. */
    void open() {
        Channel bound = listener;
        if (bound == null) {
            throw new IllegalStateException("The port is not taken");
        }
        bound.config().setAutoRead(true);
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
        channel.pipeline().addLast(LastWord.NAME, new LastWord());
        channel.pipeline().addLast("intake", new RequestIntake(ingress, channel));
    }

    /** Where it listens, also when any port was asked for. */
    InetSocketAddress address() {
        Channel open = listener;
        if (open == null) {
            throw new IllegalStateException("The data port is not open");
        }
        return (InetSocketAddress) open.localAddress();
    }

    int port() {
        return address().getPort();
    }

    EventLoopGroup workers() {
        return loops.workers();
    }

    /**
     * Goes down without hurting a request: accepts no connection, tells what is still here to go elsewhere, and waits for
     * what is under way. Blocks.
     *
     * @param grace how long to wait; what is left then is cut off
     */
    void drain(Duration grace) throws InterruptedException {
        Channel open = listener;
        if (open == null) {
            return;
        }
        open.close().await();
        log.atInfo().addKeyValue("connections", connections.size()).log("Data port drains");
        ingress.registry().drain();
        ingress.peers().gate().drain();
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(Event.DRAIN));
        if (!connections.newCloseFuture().await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            log.atWarn().addKeyValue("connections", connections.size()).log("Data port cuts off what has not finished");
            cutOff();
            connections.close().await(1, TimeUnit.SECONDS);
        }
        ingress.peers().close(GRACE_OF_GOODBYES);
        end();
    }

    /** From now on a connection that ends was cut off here, and its caller is not gone. */
    List<Channel> cutOff() {
        ingress.cuttingOff().set(true);
        return List.copyOf(connections);
    }

    /** Ends what is left of the connections without another word, and then the threads. Blocks. */
    void end() throws InterruptedException {
        Channel open = listener;
        if (open != null) {
            open.close().await();
        }
        connections.forEach(ForcedEnd::of);
        ingress.polls().end();
        ingress.peers().end();
        loops.stop();
    }
}
