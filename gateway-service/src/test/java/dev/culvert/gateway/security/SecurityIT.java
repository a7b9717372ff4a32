package dev.culvert.gateway.security;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestCallers;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Requirements S4.47, S4.48. */
@ExtendWith(OutputCaptureExtension.class)
class SecurityIT {
    private static final String SECRET = "a secret that only operators know";
    private static TestingService service;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        gateway = TestingGateway.start(
                service, "REQUEST_SIGNATURE_SECRET", SECRET, "culvert.gateway.cache.redis-budget", "2s");
        service.on(
                "/api/v1/admin/echo",
                (request, response) -> response.sendString(
                        request.receive().aggregate().asString().switchIfEmpty(Mono.just(""))));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.close();
    }

    @BeforeEach
    void forget() {
        service.forget();
    }

    @Test
    void letsASignedSensitiveOperationThroughWithItsBody() {
        String body = "{\"reason\":\"" + UUID.randomUUID() + "\"}";

        HttpResponse<String> answer = send(signed(body, Instant.now(), body));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void refusesUnsignedWrongOldAndReplayedOnes() {
        String body = "{\"reason\":\"" + UUID.randomUUID() + "\"}";
        HttpRequest.Builder once = signed(body, Instant.now(), body);
        send(once);
        service.forget();

        expect(post(gateway.signedIn("/api/v1/admin/echo?x=1"), "application/json", body), "SIGNATURE_MISSING");
        expect(signed(body, Instant.now(), body + " "), "SIGNATURE_WRONG");
        expect(signed(body, Instant.now().minusSeconds(301), body), "SIGNATURE_OLD");
        expect(signed(body, Instant.now().plusSeconds(310), body), "SIGNATURE_OLD");
        expect(once, "SIGNATURE_REPLAYED");
        assertThat(service.waiting()).isEmpty();
    }

    @Test
    void refusesAReplayAtAnotherInstanceToo() {
        try (TestingGateway other = TestingGateway.start(
                service, "REQUEST_SIGNATURE_SECRET", SECRET, "culvert.gateway.cache.redis-budget", "2s")) {
            String body = "{\"reason\":\"" + UUID.randomUUID() + "\"}";
            String timestamp = Long.toString(Instant.now().getEpochSecond());

            HttpResponse<String> first = send(sign(gateway, body, timestamp));
            HttpResponse<String> second = send(sign(other, body, timestamp));

            assertThat(first.statusCode()).isEqualTo(200);
            assertProblem(second, ProblemCode.FORBIDDEN);
        }
    }

    @Test
    void asksForNoSignatureElsewhere() {
        assertThat(send(gateway.signedIn("/api/v1/admin/audit-logs")).statusCode())
                .isEqualTo(200);
        assertThat(send(post(gateway.signedIn("/api/v1/tunnels"), "application/json", "{}"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void recordsWhatLooksLikeAnInjectionAndLetsOrdinaryTextPass(CapturedOutput output) {
        double before = injections(gateway);

        assertThat(send(gateway.signedIn("/api/v1/users?search=%27%20OR%20%271%27%3D%271"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(post(
                                gateway.signedIn("/api/v1/tunnels"),
                                "application/json",
                                "{\"name\":\"x'; DROP TABLE tunnels\"}"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(injections(gateway) - before).isEqualTo(2);
        await().untilAsserted(() -> assertThat(output.getAll()).contains("Security event", "sql_injection"));
        assertThat(output.getAll()).doesNotContain("DROP TABLE");

        send(gateway.signedIn("/api/v1/users?search=O%27Brien"));
        send(post(gateway.signedIn("/api/v1/tunnels"), "application/json", "{\"name\":\"O'Brien's; all of them\"}"));
        assertThat(injections(gateway) - before).isEqualTo(2);
    }

    @Test
    void refusesItWhereSetSo() {
        try (TestingGateway strict = TestingGateway.start(service, "culvert.gateway.security.injection", "refuse")) {
            HttpResponse<String> inAddress = send(strict.signedIn("/api/v1/users?id=1+union+select+1"));
            HttpResponse<String> inBody = send(post(
                    strict.signedIn("/api/v1/tunnels"),
                    "application/x-www-form-urlencoded",
                    "name=%27+or+%271%27%3D%271"));

            for (HttpResponse<String> refused : List.of(inAddress, inBody)) {
                assertProblem(refused, ProblemCode.VALIDATION_ERROR);
                assertThat(refused.body()).contains("SUSPICIOUS_INPUT");
            }
            assertThat(send(strict.signedIn("/api/v1/users?search=O%27Brien")).statusCode())
                    .isEqualTo(200);
        }
    }

    /** S4.52: all of a second are one event for the audit log. */
    @Test
    void tellsTheAuditLogOnceOfManyOfTheSame() {
        TestCallers ada = TestCallers.user();
        for (int i = 0; i < 5; i++) {
            assertProblem(
                    send(post(gateway.as(ada, "/api/v1/admin/echo"), "application/json", "{}")), ProblemCode.FORBIDDEN);
        }

        JsonNode told =
                PublishedEvents.first(EventType.REQUEST_SUSPECTED, ada.userId()).data();

        assertThat(told.get("kind").asString()).isEqualTo("signature_missing");
        assertThat(told.get("endpoint").asString()).isEqualTo("/api/v1/admin/**");
        assertThat(told.get("address").asString()).isEqualTo("127.0.0.1");
        assertThat(told.get("requests").asInt()).isBetween(1, 5);
    }

    private static double injections(TestingGateway gateway) {
        return gateway.context()
                .getBean(MeterRegistry.class)
                .get("security.events")
                .tag("type", "sql_injection")
                .counter()
                .count();
    }

    private static void expect(HttpRequest.Builder request, String alias) {
        HttpResponse<String> answer = send(request);
        assertProblem(answer, ProblemCode.FORBIDDEN);
        assertThat(answer.body()).contains(alias);
    }

    private static HttpRequest.Builder signed(String body, Instant when, String signedBody) {
        String timestamp = Long.toString(when.getEpochSecond());
        return post(gateway.signedIn("/api/v1/admin/echo?x=1"), "application/json", body)
                .header("X-Request-Timestamp", timestamp)
                .header("X-Request-Signature", signature(signedBody, timestamp));
    }

    private static HttpRequest.Builder sign(TestingGateway at, String body, String timestamp) {
        return post(at.signedIn("/api/v1/admin/echo?x=1"), "application/json", body)
                .header("X-Request-Timestamp", timestamp)
                .header("X-Request-Signature", signature(body, timestamp));
    }

    private static String signature(String body, String timestamp) {
        return "v1="
                + SignedRequests.sign(
                        "POST", "/api/v1/admin/echo?x=1", timestamp, body.getBytes(StandardCharsets.UTF_8), SECRET);
    }
}
