package dev.culvert.proxy.ingress;

import dev.culvert.proxy.proxy.Target;
import io.netty.channel.ChannelOption;
import jakarta.annotation.PreDestroy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** The clients that carry requests to targets: one for tunnel-service, one for addresses that users wrote. */
@Component
class Upstreams {
    private static final int MAX_CONNECTIONS_PER_TARGET = 2_000;

    /** Shorter than servers usually keep a quiet connection, so that one is seldom taken just as it closes. */
    private static final Duration MAX_QUIET = Duration.ofSeconds(10);

    private final ConnectionProvider pool;
    private final HttpClient toTunnels;
    private final HttpClient toUrls;
    private final String tunnelDataUrl;

    Upstreams(IngressProperties properties, GuardedResolver resolver) {
        this.pool = ConnectionProvider.builder("targets")
                .maxConnections(MAX_CONNECTIONS_PER_TARGET)
                .pendingAcquireMaxCount(MAX_CONNECTIONS_PER_TARGET)
                .pendingAcquireTimeout(properties.connectTimeout())
                .maxIdleTime(MAX_QUIET)
                .evictInBackground(MAX_QUIET)
                .lifo()
                .build();
        this.toTunnels = client(properties);
        this.toUrls = client(properties).resolver(resolver);
        this.tunnelDataUrl = properties.tunnelDataUrl().toString().replaceAll("/+$", "");
    }

    /** Never follows a redirect, never tries again by itself, has no limit but for silence. */
    private HttpClient client(IngressProperties properties) {
        return HttpClient.create(pool)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(properties.connectTimeout().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .responseTimeout(properties.idleTimeout())
                .followRedirect(false)
                .disableRetry(true)
                .compress(false);
    }

    HttpClient client(Target target) {
        return switch (target) {
            case Target.Tunnel _ -> toTunnels;
            case Target.Url _ -> toUrls;
        };
    }

    /** Where a request goes; {@code rest} is raw and begins with a slash. */
    String uri(Target target, String rest) {
        return switch (target) {
            case Target.Tunnel tunnel ->
                tunnelDataUrl + "/t/" + UriUtils.encodePathSegment(tunnel.tunnel(), StandardCharsets.UTF_8) + rest;
            case Target.Url url -> url.url().replaceAll("/+$", "") + rest;
        };
    }

    @PreDestroy
    void close() {
        pool.dispose();
    }
}
