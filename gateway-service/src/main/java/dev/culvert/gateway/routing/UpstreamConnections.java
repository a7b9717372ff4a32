package dev.culvert.gateway.routing;

import dev.culvert.gateway.protocol.Http2Properties;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Connections to the services for requests on their way, one pool for each event loop: request and answer stay on the thread
 * of the client's connection, instead of waking another one twice.
 */
@Component
final class UpstreamConnections implements DisposableBean {
    private final Map<EventLoop, Pool> pools = new ConcurrentHashMap<>();
    private final RoutingProperties properties;
    private final Http2Properties http2;
    private final int most;

    /**
     * What belongs to one event loop.
     *
     * @param http2 for calls that must reach a service by HTTP/2
     * @param timer runs on it, so that a deadline is set and taken back without a lock
     */
    record Pool(
            ConnectionProvider connections,
            HttpClient client,
            ConnectionProvider http2Connections,
            HttpClient http2,
            Scheduler timer) {}

    UpstreamConnections(RoutingProperties properties, Http2Properties http2) {
        this.properties = properties;
        this.http2 = http2;
        int loops = UpstreamClient.LOOPS;
        this.most = (properties.maxConnections() + loops - 1) / loops; // clients are spread evenly over the loops
    }

    /** For requests that came over a connection. */
    Pool of(Channel client) {
        return of(client.eventLoop());
    }

    Pool of(EventLoop loop) {
        return pools.computeIfAbsent(loop, this::pool);
    }

    private Pool pool(EventLoop loop) {
        ConnectionProvider connections = UpstreamClient.pool("upstream-requests", most, properties);
        ConnectionProvider http2Connections =
                UpstreamClient.pool("upstream-http2", http2.upstreamConnections(), properties);
        return new Pool(
                connections,
                UpstreamClient.client(connections, properties).runOn(loop),
                http2Connections,
                UpstreamClient.http2Client(http2Connections, properties, http2).runOn(loop),
                Schedulers.fromExecutorService(loop));
    }

    @Override
    public void destroy() {
        pools.values().forEach(pool -> {
            pool.connections.dispose();
            pool.http2Connections.dispose();
        });
    }
}
