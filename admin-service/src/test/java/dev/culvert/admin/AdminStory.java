package dev.culvert.admin;

import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.secret.Hmac;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.testing.TestingStores;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * What administrators do, on real stores and with real servers in the place of the other services, which all features share and
 * which live as long as the tests.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
abstract class AdminStory {
    static final TestingOrigin USER_SERVICE = TestingOrigin.start();
    static final TestingOrigin HEALTHY = health(200, """
            {"status": "UP", "components": {"db": {"status": "UP"}, "ping": {"status": "UP"}}}""");
    static final TestingOrigin DEGRADED = health(503, """
            {"status": "DOWN", "components": {"db": {"status": "UP"}, "redis": {"status": "DOWN"}}}""");
    static final TestingOrigin HANGING =
            TestingOrigin.start().on("/health", exchange -> exchange.awaitClientGone(Duration.ofMinutes(1)));

    final TestCallers caller = TestCallers.user();
    final TestCallers admin = TestCallers.superAdmin();

    @Autowired
    private Outbox outbox;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private Hmac hmac;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, "admin");
        registry.add("USER_SERVICE_URL", () -> USER_SERVICE.uri(""));
        registry.add("culvert.admin.system.timeout", () -> "2s");
        registry.add("AUTH_SERVICE_URL", () -> HEALTHY.uri(""));
        registry.add("TUNNEL_SERVICE_URL", () -> DEGRADED.uri(""));
        registry.add("PROXY_SERVICE_URL", () -> HANGING.uri(""));
        registry.add("WEBHOOK_SERVICE_URL", () -> "http://127.0.0.1:9");
    }

    JsonNode rulesForGateways() {
        return rules(HexFormat.of().formatHex(hmac.forPurpose("gateway").of("limit-rules")))
                .body();
    }

    Answer rules(String credential) {
        var response = RestClient.create("http://127.0.0.1:" + port)
                .get()
                .uri("/internal/limit-rules")
                .header("Culvert-Gateway-Key", credential)
                .retrieve()
                .onStatus(HttpStatusCode::isError, (_, _) -> {})
                .toEntity(JsonNode.class);
        return new Answer(response.getStatusCode().value(), response.getBody());
    }

    Answer send(TestCallers as, HttpMethod method, String path, String body) {
        var request = RestClient.create("http://127.0.0.1:" + port)
                .method(method)
                .uri(path)
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(as));
        if (!body.isEmpty()) {
            request.contentType(MediaType.APPLICATION_JSON).body(body);
        }
        var response = request.retrieve()
                .onStatus(HttpStatusCode::isError, (_, _) -> {})
                .toEntity(JsonNode.class);
        return new Answer(
                response.getStatusCode().value(),
                Objects.requireNonNullElse(response.getBody(), MissingNode.getInstance()));
    }

    void happen(DomainEvent event) {
        TenantScope.run(caller.tenantId(), () -> transaction.executeWithoutResult(_ -> outbox.append(event)));
    }

    JsonNode awaitRows(String query, int count) {
        return await().atMost(Duration.ofSeconds(30)).until(() -> rows(query), rows -> rows.size() == count);
    }

    JsonNode rows(String query) {
        return get(admin, "/api/v1/admin/audit-logs" + query).body().path("items");
    }

    static List<String> types(JsonNode rows) {
        return rows.valueStream().map(row -> row.path("type").asString()).toList();
    }

    Answer get(TestCallers as, String path, Object... values) {
        var response = RestClient.create("http://127.0.0.1:" + port)
                .get()
                .uri(path, values)
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(as))
                .retrieve()
                .onStatus(HttpStatusCode::isError, (_, _) -> {})
                .toEntity(JsonNode.class);
        return new Answer(response.getStatusCode().value(), response.getBody());
    }

    private static TestingOrigin health(int status, String body) {
        return TestingOrigin.start().on("/health", exchange -> exchange.respond(status, "application/json", body));
    }

    record Answer(int status, JsonNode body) {
        String code() {
            return body.path("code").asString("");
        }
    }
}
