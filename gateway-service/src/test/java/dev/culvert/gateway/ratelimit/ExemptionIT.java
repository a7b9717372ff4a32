package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestCallers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
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
    private static final TestingService SERVICE = TestingService.start();
    private static final AtomicReference<Map<String, Object>> RULES = new AtomicReference<>(Map.of());
    private static TestingGateway one;
    private static TestingGateway two;

    @BeforeAll
    static void start() {
        SERVICE.on(
                "/internal/limit-rules",
                (_, response) -> response.header("Content-Type", "application/json")
                        .sendString(Mono.fromSupplier(() -> JSON.writeValueAsString(RULES.get()))));
        one = gateway();
        two = gateway();
    }

    private static TestingGateway gateway() {
        return TestingGateway.start(
                SERVICE,
                "culvert.gateway.ratelimit.rules-url",
                SERVICE.uri() + "/internal/limit-rules",
                "culvert.gateway.ratelimit.redis-budget",
                "2s",
                "culvert.gateway.ratelimit.tenant.minute",
                "3");
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
        SERVICE.close();
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
