package dev.culvert.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.contracts.identity.Tier;
import dev.culvert.gateway.cache.CacheProperties;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.compression.CompressionProperties;
import dev.culvert.gateway.health.HealthProperties;
import dev.culvert.gateway.identity.IdentityProperties;
import dev.culvert.gateway.live.LiveProperties;
import dev.culvert.gateway.protocol.Http2Properties;
import dev.culvert.gateway.ratelimit.RateLimitProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.AdaptiveProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.AddressBudget;
import dev.culvert.gateway.ratelimit.RateLimitProperties.Budget;
import dev.culvert.gateway.ratelimit.RateLimitProperties.CrawlerProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.ExemptProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.ExemptionType;
import dev.culvert.gateway.ratelimit.RateLimitProperties.KeyBudget;
import dev.culvert.gateway.ratelimit.RateLimitProperties.LoadLevel;
import dev.culvert.gateway.ratelimit.RateLimitProperties.OperationProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.PacingProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.QuotaProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.TenantBudget;
import dev.culvert.gateway.ratelimit.RateLimitProperties.WaitProperties;
import dev.culvert.gateway.resilience.ResilienceProperties;
import dev.culvert.gateway.routing.RoutingProperties;
import dev.culvert.gateway.routing.RoutingProperties.RouteProperties;
import dev.culvert.gateway.security.SecurityProperties;
import dev.culvert.gateway.spool.SpoolProperties;
import dev.culvert.gateway.version.VersionProperties;
import dev.culvert.gateway.version.VersionProperties.SupportedVersion;
import dev.culvert.gateway.warmup.WarmUpProperties;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;

/** Every key and its default. */
class GatewayPropertiesTest {
    @Test
    void pinsTheDefaultsOfHttp2() throws IOException {
        assertThat(bind("culvert.gateway.http2", Http2Properties.class, Map.of()))
                .isEqualTo(new Http2Properties(
                        128, DataSize.ofKilobytes(256), DataSize.ofMegabytes(8), List.of("tunnel-data"), 8));
    }

    @Test
    void pinsTheDefaultsOfRouting() throws IOException {
        RoutingProperties routing = bind("culvert.gateway.routing", RoutingProperties.class, Map.of());

        assertThat(routing.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(routing.apiTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(routing.upgradeTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(routing.maxConnections()).isEqualTo(512);
        assertThat(routing.drain()).isZero();
        assertThat(routing.trustedProxies()).isEmpty();
        assertThat(routing.crossOrigin().allowedOrigins()).isEmpty();
        assertThat(routing.crossOrigin().maxAge()).isEqualTo(Duration.ofMinutes(10));
        assertThat(routing.request())
                .isEqualTo(new RoutingProperties.RequestProperties(
                        DataSize.ofMegabytes(10),
                        8192,
                        100,
                        DataSize.ofKilobytes(32),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30)));
        assertThat(routing.httpsRequired()).isTrue();
        assertThat(routing.legacy())
                .isEqualTo(new RoutingProperties.LegacyProperties(
                        LocalDate.parse("2026-11-22"), LocalDate.parse("2027-11-22")));
        assertThat(routing.services())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "auth", List.of(URI.create("http://127.0.0.1:8081")),
                        "user", List.of(URI.create("http://127.0.0.1:8082")),
                        "tunnel", List.of(URI.create("http://127.0.0.1:8083")),
                        "tunnel-data", List.of(URI.create("http://127.0.0.1:9083")),
                        "proxy", List.of(URI.create("http://127.0.0.1:8084")),
                        "proxy-data", List.of(URI.create("http://127.0.0.1:9084")),
                        "webhook", List.of(URI.create("http://127.0.0.1:8085")),
                        "admin", List.of(URI.create("http://127.0.0.1:8086"))));
        assertThat(routing.routes()).hasSize(28);
        assertThat(routing.routes().stream()
                        .filter(route -> route.plane() == Plane.DATA)
                        .map(RouteProperties::path))
                .containsExactly("/tunnel/v1/connect", "/tunnel/v1/poll", "/t", "/p");
    }

    @Test
    void pinsTheDefaultsOfIdentity() throws IOException {
        assertThat(bind("culvert.gateway.identity", IdentityProperties.class, Map.of()))
                .isEqualTo(new IdentityProperties(
                        URI.create("http://127.0.0.1:8081/internal/api-keys/exchange"),
                        Duration.ofSeconds(2),
                        URI.create("http://127.0.0.1:8081/internal/external-tokens/exchange"),
                        Duration.ofSeconds(10),
                        10_000,
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(30),
                        "127.0.0.1:9092"));
    }

    /** Requirements X-3, S1.23 to S1.25, AC15.2. */
    @Test
    void pinsTheDefaultsOfTheLimits() throws IOException {
        RateLimitProperties limits = bind("culvert.gateway.ratelimit", RateLimitProperties.class, Map.of());

        assertThat(limits)
                .isEqualTo(new RateLimitProperties(
                        true,
                        "redis://127.0.0.1:6379",
                        false,
                        Duration.ofMillis(10),
                        1,
                        Map.of(
                                Tier.FREE, new Budget(100, 1_000, 5_000, 10, 5),
                                Tier.PREMIUM, new Budget(500, 5_000, 30_000, 50, 25),
                                Tier.ENTERPRISE, new Budget(2_000, 25_000, 120_000, 200, 100)),
                        new Budget(10_000, 50_000, 500_000, 500, 200),
                        new TenantBudget(1_000, 50_000, 1_000_000, Optional.empty()),
                        Map.of(Tier.FREE, 1, Tier.PREMIUM, 5, Tier.ENTERPRISE, 25),
                        new KeyBudget(1_000, 50_000, 1_000_000),
                        new AddressBudget(1_000, 50_000),
                        100,
                        List.of(),
                        new CrawlerProperties(
                                List.of(), List.of("bot", "crawl", "spider", "slurp"), Duration.ofHours(1)),
                        20_000,
                        limits.operations(),
                        limits.exempt(),
                        new WaitProperties(Duration.ofMinutes(5), Duration.ofMinutes(1)),
                        new PacingProperties(true, 0.8, 1_000, Duration.ofSeconds(30)),
                        new QuotaProperties(
                                true,
                                Map.of(Tier.FREE, 10_000, Tier.PREMIUM, 1_000_000),
                                Optional.of(URI.create("http://127.0.0.1:8082/internal/quota-windows")),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(2)),
                        new AdaptiveProperties(
                                true,
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(5),
                                Duration.ofSeconds(10),
                                List.of(new LoadLevel(40, 0.75), new LoadLevel(60, 0.5), new LoadLevel(80, 0.25))),
                        Duration.ofSeconds(30),
                        Optional.of(URI.create("http://127.0.0.1:8086/internal/limit-rules")),
                        Duration.ofMillis(400),
                        Duration.ofSeconds(2),
                        "127.0.0.1:9092"));
        assertThat(limits.operations())
                .containsOnlyKeys(
                        "login",
                        "password-reset",
                        "registration",
                        "seo",
                        "admin-read",
                        "admin-change",
                        "admin-burst",
                        "admin-expensive",
                        "admin-critical")
                .satisfies(operations -> {
                    isLimit(operations.get("login"), 10, Duration.ofMinutes(1));
                    isLimit(operations.get("password-reset"), 5, Duration.ofMinutes(1));
                    isLimit(operations.get("registration"), 10, Duration.ofHours(1));
                    isLimit(operations.get("seo"), 1_000, Duration.ofMinutes(15));
                    isLimit(operations.get("admin-read"), 200, Duration.ofMinutes(1));
                    isLimit(operations.get("admin-change"), 100, Duration.ofMinutes(1));
                    isLimit(operations.get("admin-burst"), 20, Duration.ofSeconds(10));
                    isLimit(operations.get("admin-expensive"), 10, Duration.ofMinutes(1));
                    isLimit(operations.get("admin-critical"), 5, Duration.ofHours(1));
                });
        assertThat(limits.exempt())
                .extracting(ExemptProperties::type)
                .containsExactly(
                        ExemptionType.AUTHENTICATION, ExemptionType.ADMIN_OPERATION, ExemptionType.CRITICAL_OPERATION);
    }

    private static void isLimit(OperationProperties operation, int calls, Duration within) {
        assertThat(operation.calls()).isEqualTo(calls);
        assertThat(operation.within()).isEqualTo(within);
    }

    @Test
    void doesNotStartWithALimitOfNothing() {
        assertThatThrownBy(() -> bind(
                        "culvert.gateway.ratelimit",
                        RateLimitProperties.class,
                        Map.of("DEFAULT_RATE_LIMIT_PER_MINUTE", "0")))
                .rootCause()
                .hasMessageContaining("at least 1");
    }

    @Test
    void pinsTheDefaultsOfTheWarmUp() throws IOException {
        assertThat(bind("culvert.gateway.warm-up", WarmUpProperties.class, Map.of()))
                .isEqualTo(new WarmUpProperties(true, 20, Duration.ofSeconds(2)));
    }

    @Test
    void pinsTheDefaultsOfVersions() throws IOException {
        LocalDate released = LocalDate.parse("2026-11-22");
        assertThat(bind("culvert.gateway.versions", VersionProperties.class, Map.of()))
                .isEqualTo(new VersionProperties(
                        1,
                        List.of(
                                new SupportedVersion(1, released, Optional.empty(), Optional.empty()),
                                new SupportedVersion(2, released, Optional.empty(), Optional.empty())),
                        List.of()));
    }

    @Test
    void pinsTheDefaultsOfCompressionAndItsVariable() throws IOException {
        CompressionProperties compression =
                bind("culvert.gateway.compression", CompressionProperties.class, Map.of("COMPRESSION_LEVEL", "9"));

        assertThat(compression.enabled()).isTrue();
        assertThat(compression.level()).isEqualTo(9);
        assertThat(bind("culvert.gateway.compression", CompressionProperties.class, Map.of())
                        .level())
                .isEqualTo(6);
        assertThat(compression.minSize()).isEqualTo(DataSize.ofKilobytes(1));
        assertThat(compression.types()).contains("application/json", "text/*").doesNotContain("image/png");
        assertThat(compression.excludedPaths()).contains("/api/v1/auth", "/api/v1/api-keys", "/oauth");
    }

    /** S4.35: both names of the variable. */
    @Test
    void pinsTheDefaultsOfTheCacheAndItsVariables() throws IOException {
        assertThat(bind("culvert.gateway.cache", CacheProperties.class, Map.of()))
                .isEqualTo(new CacheProperties(
                        true,
                        "redis://127.0.0.1:6379",
                        Duration.ofMillis(20),
                        DataSize.ofMegabytes(32),
                        DataSize.ofMegabytes(1),
                        Duration.ofSeconds(300),
                        List.of(
                                "/.well-known/openid-configuration",
                                "/.well-known/oauth-authorization-server",
                                "/.well-known/oauth-protected-resource"),
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(10)));
        assertThat(bind("culvert.gateway.cache", CacheProperties.class, Map.of("CACHE_TTL", "7"))
                        .defaultTtl())
                .isEqualTo(Duration.ofSeconds(7));
        assertThat(bind(
                                "culvert.gateway.cache",
                                CacheProperties.class,
                                Map.of("CACHE_TTL", "7", "RESPONSE_CACHE_TTL", "8"))
                        .defaultTtl())
                .isEqualTo(Duration.ofSeconds(8));
    }

    /** R7.3. */
    @Test
    void pinsTheDefaultsOfResilience() throws IOException {
        assertThat(bind("culvert.gateway.resilience", ResilienceProperties.class, Map.of()))
                .isEqualTo(new ResilienceProperties(
                        5,
                        Duration.ofSeconds(60),
                        2,
                        Duration.ofSeconds(1),
                        512,
                        0.1,
                        10,
                        Duration.ofMillis(100),
                        5,
                        Duration.ofSeconds(10)));
    }

    /** S2.35: what a crash or an outage can lose. */
    @Test
    void pinsTheDefaultsOfTheSpool() throws IOException {
        assertThat(bind("culvert.gateway.spool", SpoolProperties.class, Map.of("USAGE_SPOOL_DIR", "/data/spool")))
                .isEqualTo(new SpoolProperties(
                        Path.of("/data/spool"),
                        16_384,
                        Duration.ofMillis(10),
                        Duration.ofMillis(100),
                        DataSize.ofMegabytes(4),
                        Duration.ofMillis(500),
                        DataSize.ofMegabytes(512),
                        "127.0.0.1:9092"));
        assertThatThrownBy(() -> bind(
                        "culvert.gateway.spool", SpoolProperties.class, Map.of("culvert.gateway.spool.queue", "0")))
                .rootCause()
                .hasMessageContaining("queue");
    }

    @Test
    void pinsTheDefaultsOfSecurityLiveNewsAndHealth() throws IOException {
        SecurityProperties security = bind("culvert.gateway.security", SecurityProperties.class, Map.of());
        assertThat(security.injection()).isEqualTo(SecurityProperties.Injection.RECORD);
        assertThat(security.signing().secret()).isEmpty();
        assertThat(security.signing().tolerance()).isEqualTo(Duration.ofMinutes(5));
        assertThat(security.signing().maxBody()).isEqualTo(DataSize.ofMegabytes(1));
        assertThat(security.signing().operations()).hasSize(4).allMatch(each -> each.endsWith(" /api/v1/admin/**"));
        assertThatThrownBy(() -> bind(
                        "culvert.gateway.security",
                        SecurityProperties.class,
                        Map.of("REQUEST_SIGNATURE_SECRET", "short")))
                .rootCause()
                .hasMessageContaining("at least 32 characters")
                .hasMessageNotContaining("short");
        assertThat(bind("culvert.gateway.live", LiveProperties.class, Map.of()))
                .isEqualTo(new LiveProperties(
                        "127.0.0.1:9092", Duration.ofSeconds(15), 10_000, Duration.ofSeconds(5), 256));
        assertThat(bind("culvert.gateway.health", HealthProperties.class, Map.of())
                        .upstreams())
                .isEmpty();
    }

    @Test
    void takesAddressesFromTheEnvironment() throws IOException {
        RoutingProperties routing = bind(
                "culvert.gateway.routing",
                RoutingProperties.class,
                Map.of(
                        "TUNNEL_DATA_URL", "http://tunnels:9083",
                        "USER_SERVICE_URL", "http://a:8082,http://b:8082",
                        "ADDITIONAL_CORS_ORIGINS", "https://a.example,https://b.example",
                        "TRUSTED_PROXIES", "10.0.0.0/8"));

        assertThat(routing.services()).containsEntry("tunnel-data", List.of(URI.create("http://tunnels:9083")));
        assertThat(routing.services())
                .containsEntry("user", List.of(URI.create("http://a:8082"), URI.create("http://b:8082")));
        assertThat(routing.crossOrigin().allowedOrigins()).containsExactly("https://a.example", "https://b.example");
        assertThat(routing.trustedProxies()).containsExactly("10.0.0.0/8");
    }

    @Test
    void doesNotStartWithAStarForAllOrigins() {
        assertThatThrownBy(() -> bind(
                        "culvert.gateway.routing", RoutingProperties.class, Map.of("ADDITIONAL_CORS_ORIGINS", "*")))
                .rootCause()
                .hasMessageContaining("name each origin");
    }

    @Test
    void doesNotStartWithARouteToAServiceNobodyKnows() {
        assertThatThrownBy(() -> bind(
                        "culvert.gateway.routing",
                        RoutingProperties.class,
                        Map.of(
                                "culvert.gateway.routing.routes[0].path", "/x",
                                "culvert.gateway.routing.routes[0].service", "unheard-of")))
                .rootCause()
                .hasMessageContaining("unheard-of");
    }

    private static <T> T bind(String prefix, Class<T> type, Map<String, Object> set) throws IOException {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        environment.getPropertySources().addFirst(new MapPropertySource("set", set));
        new YamlPropertySourceLoader()
                .load("application", new ClassPathResource("application.yaml"))
                .forEach(environment.getPropertySources()::addLast);
        ConfigurationPropertySources.attach(environment);
        return Binder.get(environment).bindOrCreate(prefix, type);
    }
}
