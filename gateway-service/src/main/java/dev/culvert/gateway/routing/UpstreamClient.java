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

    /**
     * As many event loops as cores, used by server and clients alike, so that a request rarely changes threads. Not the
     * global ones, which a context takes down for everybody in the JVM when it closes.
     */
    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        int cores = Runtime.getRuntime().availableProcessors();
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        resources.setLoopResourcesSupplier(() -> LoopResources.create("gateway", cores, true));
        return resources;
    }

    /** Last in, first out: few warm connections rather than many lukewarm ones. */
    @Bean(destroyMethod = "dispose")
    ConnectionProvider upstreamConnections(RoutingProperties properties) {
        return ConnectionProvider.builder("upstream")
                .maxConnections(properties.maxConnections())
                .pendingAcquireMaxCount(properties.maxConnections())
                .pendingAcquireTimeout(properties.connectTimeout())
                .lifo()
                .maxIdleTime(IDLE)
                .maxLifeTime(LIFE)
                .evictInBackground(EVICTION)
                .disposeInactivePoolsInBackground(EVICTION, UNUSED_POOL)
                .build();
    }

    @Bean
    HttpClient upstreamHttpClient(
            ConnectionProvider upstreamConnections, ReactorResourceFactory resources, RoutingProperties properties) {
        return HttpClient.create(upstreamConnections)
                .runOn(resources.getLoopResources())
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(properties.connectTimeout().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .httpResponseDecoder(decoder -> decoder.maxHeaderSize(
                        Math.toIntExact(properties.request().maxHeaderSize().toBytes())));
    }
}
