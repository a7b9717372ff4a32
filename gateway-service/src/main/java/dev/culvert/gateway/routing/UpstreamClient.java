package dev.culvert.gateway.routing;

import dev.culvert.gateway.protocol.Http2Properties;
import dev.culvert.gateway.protocol.Http2Windows;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientState;
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

    /** More than services allow on one connection. */
    private static final int MOST_STREAMS = 512;

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
                .doOnChannelInit((_, channel, _) -> InterimAnswers.lead(channel.pipeline()))
                .httpResponseDecoder(decoder -> decoder.maxHeaderSize(
                        Math.toIntExact(properties.request().maxHeaderSize().toBytes())));
    }

    /** The same in HTTP/2, whose preface comes first instead of an upgrade. */
    static HttpClient http2Client(ConnectionProvider connections, RoutingProperties properties, Http2Properties http2) {
        long window = http2.streamWindow().toBytes();
        return client(connections, properties)
                .protocol(HttpProtocol.H2C)
                .http2Settings(settings -> settings.initialWindowSize(Math.toIntExact(window))
                        .maxHeaderListSize(properties.request().maxHeaderSize().toBytes()))
                .doOnChannelInit((_, channel, _) -> Http2Windows.openForAll(channel, MOST_STREAMS, window))
                .observe((stream, state) -> {
                    if (state == HttpClientState.STREAM_CONFIGURED) {
                        InterimAnswers.lead(stream.channel().pipeline());
                    }
                });
    }
}
