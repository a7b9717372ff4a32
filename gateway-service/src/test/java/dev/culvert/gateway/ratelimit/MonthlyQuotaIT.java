package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingRedis;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Calls of a month (requirements R6.6, S3.5, X-28); a real service answers as the ledger of user-service does. */
class MonthlyQuotaIT {
    private static final String TUNNELS = "/api/v1/tunnels";
    private static final Duration SECONDS = Duration.ofSeconds(20);
    private static TestingService service;
    private static final ConcurrentMap<String, Long> LEDGER = new ConcurrentHashMap<>();

    @BeforeAll
    static void start() {
        service = TestingService.start();
        service.on(
                "/internal/quota-windows",
                (request, response) -> response.header("Content-Type", "application/json")
                        .sendString(request.receive()
                                .aggregate()
                                .asString()
                                .flatMap(body -> Mono.just(keep(JSON.readTree(body))))));
    }

    /** The greater number stays. */
    private static String keep(JsonNode told) {
        for (JsonNode window : told.path("items")) {
            assertThat(window.path("subjectType").asString()).isEqualTo("user");
            assertThat(window.path("tier").asString()).isEqualTo("free");
            assertThat(Instant.parse(window.path("start").asString())
                            .atZone(ZoneOffset.UTC)
                            .getDayOfMonth())
                    .isEqualTo(1);
            long known = Objects.requireNonNull(LEDGER.merge(
                    window.path("subjectId").asString(), window.path("used").asLong(), Math::max));
            ((ObjectNode) window).put("used", known);
        }
        return JSON.writeValueAsString(told);
    }

    private static TestingGateway gateway(TestingRedis redis) {
        return TestingGateway.start(
                service,
                "REDIS_URL",
                redis.url(),
                "culvert.gateway.ratelimit.redis-budget",
                "5s",
                "culvert.gateway.ratelimit.quota.calls.free",
                "6",
                "culvert.gateway.ratelimit.quota.ledger-url",
                service.uri() + "/internal/quota-windows");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void endAtTheirNumberAlsoWhenRedisHasForgottenThem() {
        TestCallers user = TestCallers.user();
        try (TestingRedis redis = TestingRedis.start()) {
            try (TestingGateway gateway = gateway(redis)) {
                for (int left = 5; left > 0; left--) {
                    HttpResponse<String> answer = send(gateway.as(user, TUNNELS));
                    assertThat(answer.statusCode()).isEqualTo(200);
                    assertThat(answer.headers().firstValue("X-RateLimit-Policy"))
                            .hasValue("user-month");
                    assertThat(answer.headers().firstValue("X-RateLimit-Remaining"))
                            .hasValue(Integer.toString(left));
                }
                await().atMost(SECONDS)
                        .until(() -> LEDGER.containsKey(user.userId().toString()));
                assertThat(send(gateway.as(TestCallers.user().withTier(Tier.ENTERPRISE), TUNNELS))
                                .headers()
                                .firstValue("X-RateLimit-Policy"))
                        .as("whose month is not limited")
                        .hasValue("user-minute");
            }
            LEDGER.put(user.userId().toString(), 5L);

            redis.stop();
            redis.restart(); // empty
            try (TestingGateway gateway = gateway(redis)) {
                assertThat(send(gateway.as(user, TUNNELS)).statusCode()).isEqualTo(200);
                await().atMost(SECONDS).untilAsserted(() -> {
                    HttpResponse<String> refused = send(gateway.as(user, TUNNELS));
                    assertProblem(refused, ProblemCode.QUOTA_EXCEEDED);
                    assertThat(refused.headers().firstValue("X-RateLimit-Policy"))
                            .hasValue("user-month");
                });
            }
        }
    }
}
