package dev.culvert.proxy.ingress;

import io.netty.channel.ChannelOption;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Listens on the data port. Stops before the control plane does: no new connections, running requests may end. */
@Component
class IngressServer implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(IngressServer.class);
    private static final int MAX_REQUEST_LINE = 16 * 1024;
    private static final int MAX_HEADERS = 64 * 1024;

    private final IngressProperties properties;
    private final IngressHandler handler;
    private volatile @Nullable DisposableServer server;

    IngressServer(IngressProperties properties, IngressHandler handler) {
        this.properties = properties;
        this.handler = handler;
    }

    @Override
    public void start() {
        DisposableServer started = HttpServer.create()
                .host(properties.address())
                .port(properties.port())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .channelGroup(new DefaultChannelGroup(new DefaultEventExecutor()))
                .httpRequestDecoder(
                        limits -> limits.maxInitialLineLength(MAX_REQUEST_LINE).maxHeaderSize(MAX_HEADERS))
                .idleTimeout(properties.idleTimeout())
                .readTimeout(properties.idleTimeout())
                .handle(handler::handle)
                .bindNow();
        server = started;
        log.atInfo().addKeyValue("port", started.port()).log("Data port is open");
    }

    @Override
    public void stop() {
        DisposableServer running = server;
        if (running != null) {
            server = null;
            running.disposeNow(properties.drain());
        }
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }

    /** The port it really listens on. */
    int port() {
        DisposableServer running = server;
        if (running == null || !(running.address() instanceof InetSocketAddress address)) {
            throw new IllegalStateException("The data port is not open");
        }
        return address.getPort();
    }
}
