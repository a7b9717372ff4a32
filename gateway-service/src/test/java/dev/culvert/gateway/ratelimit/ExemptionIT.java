package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.platform.secret.Hmac;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestCallers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** What administrators set while two gateways run, and what gateways tell of refusals. */
class ExemptionIT {
    private static final String TUNNELS = "/api/v1/tunnels";
    private static final String WEBHOOKS = "/api/v1/webhooks";
    private static TestingService service;
    private static final AtomicReference<Map<String, Object>> RULES = new AtomicReference<>(Map.of());
    private static final AtomicReference<String> SHOWN = new AtomicReference<>("");
    private static TestingGateway one;
    private static TestingGateway two;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        service.on("/internal/limit-rules", (request, response) -> {
            SHOWN.set(request.requestHeaders().get("Culvert-Gateway-Key"));
            return response.header("Content-Type", "application/json")
                    .sendString(Mono.fromSupplier(() -> JSON.writeValueAsString(RULES.get())));
        });
        one = gateway();
        two = gateway();
    }

    private static TestingGateway gateway() {
        return TestingGateway.start(
                service,
                "culvert.gateway.ratelimit.rules-url",
                service.uri() + "/internal/limit-rules",
                "culvert.gateway.ratelimit.redis-budget",
                "2s",
                "culvert.gateway.ratelimit.tenant.minute",
                "3");
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
        service.close();
    }

    @BeforeEach
    void forget() {
        RULES.set(Map.of());
    }

    /** Requirements R6.7, R6.7a, P2.6.9. */
    @Test
    void exemptsCallsAtAllInstancesWithinASecondAndNoLonger() {
        TestCallers user = overTheLimit();

        RULES.set(Map.of("exemptions", List.of(exemption(TUNNELS + "/**", Map.of()))));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(status(one, user, TUNNELS)).isEqualTo(200));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(status(two, user, TUNNELS)).isEqualTo(200));
        assertThat(status(one, user, WEBHOOKS)).as("other calls").isEqualTo(429);
        assertThat(metric(one, "rate_limit_exemptions_total{type=\"emergency\"}"))
                .isPositive();

        RULES.set(Map.of());
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(status(one, user, TUNNELS)).isEqualTo(429));
    }

    @Test
    void exemptsOneUserOnly() {
        TestCallers user = overTheLimit();
        TestCallers other = overTheLimit();

        RULES.set(Map.of(
                "exemptions",
                List.of(exemption(TUNNELS, Map.of("userId", user.userId().toString())))));

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(status(one, user, TUNNELS)).isEqualTo(200));
        assertThat(status(one, other, TUNNELS)).isEqualTo(429);
    }

    /** Requirement R6.7, the cap, and R6.7a, its reset. */
    @Test
    void exemptsSoManyCallsOfAUserAnHourUntilTheyAreReset() {
        TestCallers user = overTheLimit();
        Map<String, Object> capped = exemption(TUNNELS, Map.of("perUserAndHour", 2));
        RULES.set(Map.of("exemptions", List.of(capped)));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(status(one, user, TUNNELS)).isEqualTo(200));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(status(two, user, TUNNELS)).isEqualTo(200));
        assertProblem(send(one.as(user, TUNNELS)), ProblemCode.RATE_LIMIT_EXCEEDED);

        RULES.set(Map.of(
                "exemptions", List.of(capped), "resets", Map.of(user.userId().toString(), System.currentTimeMillis())));

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(status(one, user, TUNNELS)).isEqualTo(200));
    }

    /** Requirement P2.6.3, while gateways run: a new limit, one that replaces a configured one, and none again. */
    @Test
    void limitsAnOperationAtAllInstancesWithinASecond() {
        TestCallers user = TestCallers.user();
        String path = "/api/v1/webhooks/live-rule";
        RULES.set(Map.of("operations", List.of(operation("live-rule", path, 1))));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(policy(one, path)).isEqualTo("live-rule"));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(policy(two, path)).isEqualTo("live-rule"));
        assertThat(status(one, user, path)).isEqualTo(200);
        assertThat(status(two, user, path)).isEqualTo(429);
        assertThat(status(two, user, TUNNELS)).as("other calls").isEqualTo(200);

        RULES.set(Map.of("operations", List.of(operation("admin-read", path, 2))));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(policy(one, path)).isEqualTo("admin-read"));

        RULES.set(Map.of());
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(policy(one, path)).isEqualTo("tenant-minute"));
    }

    /** While admin-service is ahead of its gateways it may tell of what they do not know. */
    @Test
    void leavesOutOnlyTheRulesItDoesNotUnderstand() {
        String path = "/api/v1/webhooks/known-rule";
        Map<String, Object> unknownType = new HashMap<>(exemption(TUNNELS, Map.of()));
        unknownType.put("type", "lunar");
        TestCallers user = overTheLimit();

        RULES.set(Map.of(
                "exemptions",
                List.of(unknownType, Map.of("id", "no id"), exemption(TUNNELS, Map.of())),
                "operations",
                List.of(Map.of("name", "nothing"), operation("known-rule", path, 1))));

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(policy(one, path)).isEqualTo("known-rule"));
        assertThat(status(one, user, TUNNELS)).isEqualTo(200);
    }

    /** Requirement S3.2: the multiplier set by hand. */
    @Test
    void multipliesTheBudgetOfATenantAtAllInstancesWithinASecond() {
        TestCallers user = TestCallers.user();
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(limit(one, user)).isEqualTo(3));

        RULES.set(Map.of("tenantFactors", Map.of(user.tenantId().toString(), 2.5)));

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(limit(one, user)).isEqualTo(7));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(limit(two, user)).isEqualTo(7));
        assertThat(limit(two, TestCallers.user())).as("others").isEqualTo(3);
    }

    /** What admin-service tells gateways from others by. */
    @Test
    void showsThatItIsAGateway() {
        Hmac hmac = one.context().getBean(Hmac.class);

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(SHOWN.get())
                        .isEqualTo(HexFormat.of()
                                .formatHex(hmac.forPurpose("gateway").of("limit-rules"))));
    }

    private static Map<String, Object> operation(String name, String path, int calls) {
        return Map.of(
                "name",
                name,
                "methods",
                List.of(),
                "paths",
                List.of(path),
                "by",
                "user",
                "calls",
                calls,
                "withinSeconds",
                60);
    }

    /** The tightest limit of a caller nobody knows yet. */
    private static String policy(TestingGateway gateway, String path) {
        return send(gateway.signedIn(path))
                .headers()
                .firstValue("X-RateLimit-Policy")
                .orElseThrow();
    }

    /** Of the tenant; refused calls tell it too. None while the exemption of another test holds. */
    private static long limit(TestingGateway gateway, TestCallers user) {
        return send(gateway.as(user, TUNNELS))
                .headers()
                .firstValueAsLong("X-RateLimit-Limit")
                .orElse(Long.MAX_VALUE);
    }

    /** Requirements R6.8, P2.6.10: one event for all of a second. */
    @Test
    void tellsOfRefusedCallsWithTheirContext() {
        TestCallers user = overTheLimit();
        for (int i = 0; i < 4; i++) {
            assertThat(send(one.as(user, TUNNELS).header("User-Agent", "flood/1"))
                            .statusCode())
                    .isEqualTo(429);
        }

        // The first violation of all makes the topic.
        JsonNode event = await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(
                        () -> PublishedEvents.first(EventType.LIMIT_VIOLATED, user.userId())
                                .data(),
                        Objects::nonNull);

        assertThat(event.path("limit").asString()).isEqualTo("tenant-minute");
        assertThat(event.path("userId").asString()).isEqualTo(user.userId().toString());
        assertThat(event.path("address").asString()).isEqualTo("127.0.0.1");
        assertThat(event.path("endpoint").asString()).isEqualTo("/api/v1/tunnels/**");
        assertThat(event.path("method").asString()).isEqualTo("GET");
        assertThat(event.path("allowed").asInt()).isEqualTo(3);
        assertThat(event.path("calls").asInt()).isBetween(1, 5);
    }

    /** Requirement R6.10. */
    @Test
    void countsWhatItBlocks() {
        double before = metric(one, "rate_limit_requests_blocked_total");
        double byType = metric(one, "rate_limit_violations_by_type_total{type=\"tenant-minute\"}");
        TestCallers user = overTheLimit();
        for (int i = 0; i < 4; i++) {
            send(one.as(user, TUNNELS));
        }

        assertThat(metric(one, "rate_limit_requests_blocked_total") - before).isEqualTo(5);
        assertThat(metric(one, "rate_limit_violations_by_type_total{type=\"tenant-minute\"}") - byType)
                .isEqualTo(5);
        assertThat(metric(one, "rate_limit_violations_total")).isGreaterThanOrEqualTo(5);
        assertThat(metric(one, "rate_limit_requests_allowed_total")).isGreaterThanOrEqualTo(3);
        assertThat(metric(one, "rate_limited_users_active")).isPositive();
        assertThat(metric(one, "rate_limit_check_duration_seconds_count")).isPositive();
        assertThat(metric(one, "rate_limit_window_usage_percent_count")).isPositive();
        assertThat(metric(one, "rate_limit_burst_usage_percent_count")).isPositive();
        assertThat(metric(one, "rate_limit_concurrent_requests")).isNotNegative();
        assertThat(metric(one, "rate_limit_degraded")).isZero();
        JsonNode summary = json(send(one.as(TestCallers.superAdmin(), "/api/v1/rate-limit-metrics/summary")));
        assertThat(summary.path("blocked").asDouble()).isEqualTo(metric(one, "rate_limit_requests_blocked_total"));
        assertThat(summary.at("/violationsByType/tenant-minute").asLong()).isGreaterThanOrEqualTo(5);
        assertThat(summary.at("/checks/redis").asLong()).isPositive();
        assertThat(json(send(one.as(TestCallers.superAdmin(), "/api/v1/rate-limit-metrics/dashboard-data")))
                        .at("/summary/blocked")
                        .asLong())
                .isGreaterThanOrEqualTo(5);
        assertProblem(send(one.signedIn("/api/v1/rate-limit-metrics/summary")), ProblemCode.FORBIDDEN);
    }

    /** Requirement R6.10, P2.6.6: the tops are admin-service's, under this name too. */
    @Test
    void leadsToTheTops() {
        service.on("/api/v1/violations/top-ips", 200, "{\"items\": [\"tops\"]}");

        HttpResponse<String> answer =
                send(one.as(TestCallers.superAdmin(), "/api/v1/rate-limit-metrics/top-ips?limit=3"));

        assertThat(answer.body()).contains("tops");
    }

    /** Somebody whose tenant's budget is used up, with one refusal. */
    private static TestCallers overTheLimit() {
        TestCallers user = TestCallers.user();
        for (int i = 0; i < 3; i++) {
            assertThat(status(one, user, TUNNELS)).isEqualTo(200);
        }
        assertThat(status(one, user, TUNNELS)).isEqualTo(429);
        return user;
    }

    private static Map<String, Object> exemption(String path, Map<String, Object> more) {
        Map<String, Object> exemption = new HashMap<>(Map.of(
                "id",
                UUID.randomUUID().toString(),
                "type",
                "emergency",
                "methods",
                List.of("GET"),
                "paths",
                List.of(path)));
        exemption.putAll(more);
        return exemption;
    }

    private static int status(TestingGateway gateway, TestCallers user, String path) {
        HttpResponse<String> answer = send(gateway.as(user, path));
        return answer.statusCode();
    }

    private static double metric(TestingGateway gateway, String name) {
        return send(gateway.anonymous("/metrics"))
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " ")
                        || (line.startsWith(name.replace("}", ",")) && name.endsWith("}"))
                        || (line.startsWith(name + "{") && !name.endsWith("}")))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
