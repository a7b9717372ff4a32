package dev.culvert.gateway;

import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingRedis;
import dev.culvert.testing.TestingStores;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The gateway as a real server on a free port, with real stores; one {@link TestingService} stands for all services. */
public final class TestingGateway implements AutoCloseable {
    public static final JsonMapper JSON = JsonMapper.shared();
    private static final Path SPOOL =
            Path.of("target", "spool", Long.toString(ProcessHandle.current().pid()));
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final ConfigurableApplicationContext context;
    private final TestingService service;

    private TestingGateway(TestingService service, Map<String, Object> properties) {
        this.service = service;
        context = new SpringApplicationBuilder(GatewayApplication.class)
                .properties(Map.of("spring.config.name", "application"))
                .run(properties.entrySet().stream()
                        .map(property -> "--" + property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new));
    }

    /** The one most tests share. Its anonymous limits are out of the way. */
    public static TestingGateway shared() {
        return Shared.INSTANCE;
    }

    /** One of a test's own, with further settings as pairs of key and value. */
    public static TestingGateway start(TestingService service, String... settings) {
        return new TestingGateway(service, settings(service, settings));
    }

    /** What a gateway is started with. */
    public static Map<String, Object> settings(TestingService service, String... settings) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("PORT", 0);
        properties.put("BIND_ADDRESS", "127.0.0.1");
        properties.put("REDIS_URL", TestingRedis.shared().url());
        properties.put("KAFKA_BOOTSTRAP_SERVERS", TestingKafka.shared().bootstrapServers());
        properties.put("PUBLIC_URL", TestingIssuer.ISSUER);
        properties.put("AUTH_JWKS_URL", TestingIssuer.shared().jwksUrl());
        properties.put("SECRET_KEY", TestingStores.SECRET_KEY);
        properties.put("USAGE_SPOOL_DIR", SPOOL);
        for (String name : new String[] {
            "AUTH_SERVICE_URL",
            "USER_SERVICE_URL",
            "TUNNEL_SERVICE_URL",
            "TUNNEL_DATA_URL",
            "PROXY_SERVICE_URL",
            "PROXY_DATA_URL",
            "WEBHOOK_SERVICE_URL",
            "ADMIN_SERVICE_URL"
        }) {
            properties.put(name, service.uri());
        }
        // Tests share one address and should not meet each other's count.
        properties.put("culvert.gateway.ratelimit.anonymous-quarter-hour", 1_000_000);
        properties.put("culvert.gateway.identity.exchange-timeout", "10s"); // machines that build are slow now and then
        properties.put("culvert.gateway.ratelimit.operations.login.calls", 1_000_000);
        properties.put("culvert.gateway.ratelimit.operations.registration.calls", 1_000_000);
        properties.put("culvert.gateway.ratelimit.operations.password-reset.calls", 1_000_000);
        properties.put("culvert.gateway.ratelimit.users.free.in-flight", 1_000);
        properties.put("culvert.gateway.ratelimit.pacing.enabled", false); // borders are counted quickly
        properties.put("culvert.gateway.ratelimit.adaptive.enabled", false); // and machines that test are busy
        properties.put("culvert.gateway.ratelimit.rules-url", ""); // tests look at what the service receives
        properties.put("culvert.gateway.ratelimit.quota.ledger-url", "");
        properties.put("culvert.gateway.ratelimit.address.minute", 1_000_000);
        properties.put("culvert.gateway.ratelimit.address.hour", 1_000_000);
        properties.put("culvert.gateway.warm-up.enabled", false); // tests look at what the service receives
        for (int i = 0; i < settings.length; i += 2) {
            properties.put(settings[i], settings[i + 1]);
        }
        return properties;
    }

    public TestingService service() {
        return service;
    }

    public int port() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    /** A request with a fresh user's token. */
    public HttpRequest.Builder signedIn(String path) {
        return as(TestCallers.user(), path);
    }

    public HttpRequest.Builder as(TestCallers caller, String path) {
        return anonymous(path)
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(caller));
    }

    public HttpRequest.Builder anonymous(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
    }

    public static HttpResponse<String> send(HttpRequest.Builder request) {
        return send(request, BodyHandlers.ofString());
    }

    public static <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
        try {
            return CLIENT.send(request.build(), handler);
        } catch (IOException e) {
            throw new AssertionError("No answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public static HttpRequest.Builder post(HttpRequest.Builder request, String contentType, String body) {
        return request.header("Content-Type", contentType).POST(BodyPublishers.ofString(body));
    }

    public static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    @Override
    public void close() {
        context.close();
    }

    private static final class Shared {
        static final TestingGateway INSTANCE = start(TestingService.start());
    }
}
