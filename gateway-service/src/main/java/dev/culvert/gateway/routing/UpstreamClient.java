package dev.culvert.gateway.routing;

import io.netty.channel.ChannelOption;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** The connections to the services. */
@Configuration(proxyBeanMethods = false)
class UpstreamClient {
    /** Shorter than the services' keep-alive (Tomcat: 60 s), so that a reused connection is not one about to be closed. */
    private static final Duration IDLE = Duration.ofSeconds(20);

    /** So that connections spread anew when a service gets more instances. */
    private static final Duration LIFE = Duration.ofMinutes(10);

    private static final Duration EVICTION = Duration.ofSeconds(5);

    /** Pools of services that are gone must not stay forever. */
    private static final Duration UNUSED_POOL = Duration.ofMinutes(5);

    static final int LOOPS = Runtime.getRuntime().availableProcessors();

    /**
     * As many event loops as cores, used by server and clients alike, so that a request rarely changes threads. Not the
     * global ones, which a context takes down for everybody in the JVM when it closes.
     */
    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        resources.setLoopResourcesSupplier(() -> LoopResources.create("gateway", LOOPS, true));
        return resources;
    }

    /** For what the gateway asks by itself; see {@link UpstreamConnections} for requests that are handed on. */
    @Bean(destroyMethod = "dispose")
    ConnectionProvider upstreamPool(RoutingProperties properties) {
        return pool("upstream", properties.maxConnections(), properties);
    }

    @Bean
    HttpClient upstreamHttpClient(
            ConnectionProvider upstreamPool, ReactorResourceFactory resources, RoutingProperties properties) {
        return client(upstreamPool, properties).runOn(resources.getLoopResources());
    }

    /** Last in, first out: few warm connections rather than many lukewarm ones. */
    static ConnectionProvider pool(String name, int most, RoutingProperties properties) {
        return ConnectionProvider.builder(name)
                .maxConnections(most)
                .pendingAcquireMaxCount(most)
                .pendingAcquireTimeout(properties.connectTimeout())
                .lifo()
                .maxIdleTime(IDLE)
                .maxLifeTime(LIFE)
                .evictInBackground(EVICTION)
                .disposeInactivePoolsInBackground(EVICTION, UNUSED_POOL)
                .build();
    }

    static HttpClient client(ConnectionProvider connections, RoutingProperties properties) {
        return HttpClient.create(connections)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(properties.connectTimeout().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .doOnChannelInit((_, channel, _) -> InterimAnswers.keepOut(channel.pipeline()))
                .httpResponseDecoder(decoder -> decoder.maxHeaderSize(
                        Math.toIntExact(properties.request().maxHeaderSize().toBytes())));
    }
}
