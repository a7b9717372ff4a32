package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingRedis;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requirements R6.1, R6.2, R6.5, X-3 (minute budgets of users and addresses), X-28, X-31, S3.12 (limits). */
class RateLimitIT {
    private static TestingService service;

    @BeforeAll
    static void start() {
        service = TestingService.start();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    /** Requirements R6.1, R6.5, S1.22, P2.6.8. */
    @Test
    void lets100RequestsOfAUserPassOverTwoInstancesAndRefusesThe101st() {
        // The test machine may be busier than a gateway's: what counts here is the number, not the wait.
        String[] patient = {"culvert.gateway.ratelimit.redis-budget", "2s"};
        try (TestingGateway one = TestingGateway.start(service, patient);
                TestingGateway two = TestingGateway.start(service, patient)) {
            TestCallers user = TestCallers.user();
            long started = Instant.now().getEpochSecond();

            for (int i = 0; i < 100; i++) {
                HttpResponse<String> answer = send((i % 2 == 0 ? one : two).as(user, "/api/v1/tunnels"));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("X-RateLimit-Limit")).hasValue("100");
                assertThat(answer.headers().firstValue("X-RateLimit-Remaining")).hasValue(Integer.toString(99 - i));
            }
            HttpResponse<String> refused = send(two.as(user, "/api/v1/tunnels"));

            assertProblem(refused, ProblemCode.RATE_LIMIT_EXCEEDED);
            assertThat(refused.headers().firstValue("X-RateLimit-Remaining")).hasValue("0");
            long reset = number(refused, "X-RateLimit-Reset");
            assertThat(reset).isBetween(started + 60, Instant.now().getEpochSecond() + 66);
            assertThat(number(refused, "Retry-After")).isBetween(1L, 66L);
            assertThat(send(one.signedIn("/api/v1/tunnels")).statusCode())
                    .as("another user")
                    .isEqualTo(200);
        }
    }

    /** Requirements R6.3, P2.6.7; that loops end there: LeasesIT. */
    @Test
    void givesEachTierItsNumber() {
        TestingGateway gateway = TestingGateway.shared();

        assertThat(limit(gateway, TestCallers.user())).isEqualTo(100);
        assertThat(limit(gateway, TestCallers.user().withTier(Tier.PREMIUM))).isEqualTo(500);
        assertThat(limit(gateway, TestCallers.user().withTier(Tier.ENTERPRISE))).isEqualTo(2000);
        assertThat(limit(gateway, TestCallers.superAdmin())).isEqualTo(10_000);
    }

    @Test
    void refusesAnAnonymousFloodAndDoesNotBelieveForwardedAddresses() {
        try (TestingRedis redis = TestingRedis.start();
                TestingGateway gateway = TestingGateway.start(
                        service, "REDIS_URL", redis.url(), "culvert.gateway.ratelimit.anonymous-quarter-hour", "5")) {
            for (int i = 0; i < 5; i++) {
                assertThat(send(login(gateway).header("X-Forwarded-For", "198.51.100." + i))
                                .statusCode())
                        .isEqualTo(200);
            }

            HttpResponse<String> refused = send(login(gateway).header("X-Forwarded-For", "198.51.100.9"));

            assertProblem(refused, ProblemCode.RATE_LIMIT_EXCEEDED);
            assertThat(send(gateway.signedIn("/api/v1/tunnels")).statusCode())
                    .as("a user at the same address")
                    .isEqualTo(200);
        }
    }

    @Test
    void countsTheAddressThatATrustedProxyTells() {
        try (TestingRedis redis = TestingRedis.start();
                TestingGateway gateway = TestingGateway.start(
                        service,
                        "REDIS_URL",
                        redis.url(),
                        "TRUSTED_PROXIES",
                        "127.0.0.0/8,10.0.0.0/8",
                        "culvert.gateway.ratelimit.anonymous-quarter-hour",
                        "1")) {
            assertThat(send(login(gateway).header("X-Forwarded-For", "198.51.100.1, 10.1.2.3"))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(login(gateway).header("X-Forwarded-For", "198.51.100.2"))
                            .statusCode())
                    .isEqualTo(200);
            assertProblem(
                    send(login(gateway).header("X-Forwarded-For", "203.0.113.7, 198.51.100.1")),
                    ProblemCode.RATE_LIMIT_EXCEEDED);
        }
    }

    @Test
    void refusesAnAddressThatTriesTokensButNotItsNeighboursWithGoodOnes() {
        try (TestingRedis redis = TestingRedis.start();
                TestingGateway gateway = TestingGateway.start(
                        service, "REDIS_URL", redis.url(), "culvert.gateway.ratelimit.address.minute", "3")) {
            TestCallers neighbour = TestCallers.user();
            HttpRequest.Builder good = gateway.as(neighbour, "/api/v1/tunnels");
            assertThat(send(good).statusCode()).isEqualTo(200);

            for (int i = 0; i < 3; i++) {
                assertProblem(send(guess(gateway, i)), ProblemCode.AUTH_TOKEN_INVALID);
            }

            assertProblem(send(guess(gateway, 3)), ProblemCode.RATE_LIMIT_EXCEEDED);
            assertThat(send(good).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void neverLimitsHealth() {
        try (TestingGateway gateway = TestingGateway.start(service, "culvert.gateway.ratelimit.ceiling", "1")) {
            for (int i = 0; i < 5; i++) {
                HttpResponse<String> answer = send(gateway.anonymous("/health/live"));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("X-RateLimit-Limit")).isEmpty();
            }
            assertThat(send(gateway.signedIn("/api/v1/tunnels")).statusCode()).isEqualTo(200);
            assertProblem(send(gateway.signedIn("/api/v1/tunnels")), ProblemCode.RATE_LIMIT_EXCEEDED);
        }
    }

    /** Requirements X-28, S1.54: reads and sign-in go on, limits fall back, the alarm is raised. */
    @Test
    void countsAloneWithTheSameNumbersWhileRedisIsLostAndSharesAgainAfterwards() {
        try (TestingRedis redis = TestingRedis.start();
                TestingGateway gateway = TestingGateway.start(service, "REDIS_URL", redis.url())) {
            TestCallers user = TestCallers.user();
            await().atMost(Duration.ofSeconds(5)).until(() -> !degraded(send(gateway.signedIn("/api/v1/tunnels"))));

            redis.stop();
            for (int i = 0; i < 100; i++) {
                HttpResponse<String> answer = send(gateway.as(user, "/api/v1/tunnels"));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(degraded(answer)).isTrue();
            }
            assertProblem(send(gateway.as(user, "/api/v1/tunnels")), ProblemCode.RATE_LIMIT_EXCEEDED);
            assertThat(send(login(gateway)).statusCode()).isEqualTo(200);
            assertThat(send(gateway.anonymous("/metrics")).body())
                    .containsPattern("(?m)^rate_limit_degraded(\\{[^}]*})? 1\\.0$")
                    .containsPattern("(?m)^rate_limit_checks_total\\{[^}]*by=\"alone\"[^}]*} 1\\d\\d\\.0$");

            redis.restart();
            await().atMost(Duration.ofSeconds(10)).until(() -> !degraded(send(gateway.signedIn("/api/v1/tunnels"))));
            assertThat(send(gateway.anonymous("/metrics")).body())
                    .containsPattern("(?m)^rate_limit_degraded(\\{[^}]*})? 0\\.0$");
        }
    }

    private static boolean degraded(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Service-Status").equals(java.util.Optional.of("degraded"));
    }

    private static long limit(TestingGateway gateway, TestCallers caller) {
        return number(send(gateway.as(caller, "/api/v1/tunnels")), "X-RateLimit-Limit");
    }

    private static long number(HttpResponse<String> answer, String header) {
        return Long.parseLong(answer.headers().firstValue(header).orElseThrow());
    }

    private static HttpRequest.Builder login(TestingGateway gateway) {
        return post(gateway.anonymous("/api/v1/auth/login"), "application/json", "{}");
    }

    private static HttpRequest.Builder guess(TestingGateway gateway, int attempt) {
        return gateway.anonymous("/api/v1/tunnels").header("Authorization", "Bearer guess-" + attempt);
    }
}
