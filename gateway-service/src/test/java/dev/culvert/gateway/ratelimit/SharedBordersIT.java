package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Two gateways that share one Redis count exactly. */
class SharedBordersIT {
    private static final String TUNNELS = "/api/v1/tunnels";
    private static TestingService service;
    private static DurableRedis redis;
    private static TestingGateway one;
    private static TestingGateway two;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        redis = DurableRedis.start();
        one = gateway();
        two = gateway();
    }

    /** Busy test machines answer late; what counts here is the number, not the wait. */
    private static TestingGateway gateway() {
        return TestingGateway.start(
                service,
                "REDIS_URL",
                redis.url(),
                "culvert.gateway.ratelimit.redis-budget",
                "5s",
                "culvert.gateway.ratelimit.users.free.in-flight",
                "200");
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
        redis.close();
        service.close();
    }

    /** Requirements S3.4, R6.1, X-43: as many of a crowd as allowed, no more and no fewer. */
    @Test
    void lets100Of200ParallelCallsPass() {
        TestCallers user = TestCallers.user();
        send(one.anonymous("/health/live"));

        List<Integer> statuses;
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            statuses = IntStream.range(0, 200)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> send((i % 2 == 0 ? one : two).as(user, TUNNELS))
                                    .statusCode(),
                            callers))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();
        }

        assertThat(statuses.stream().filter(status -> status == 200)).hasSize(100);
        assertThat(statuses.stream().filter(status -> status == 429)).hasSize(100);
    }

    /** Requirement S3.5: a key's month, and a user's minute, after Redis was killed and a gateway started anew. */
    @Test
    void forgetsNothingWhenRedisIsKilledAndAGatewayRestarts() {
        TestCallers owner = TestCallers.apiKey("tunnels:use");
        service.on(
                "/internal/api-keys/exchange",
                (_, response) -> response.header("Content-Type", "application/json")
                        .sendString(Mono.fromSupplier(() -> JSON.writeValueAsString(
                                Map.of("token", TestingIssuer.shared().token(owner), "limits", Map.of("month", 6))))));
        for (int left = 5; left >= 3; left--) {
            assertThat(remainingOfKey(one)).isEqualTo(left);
        }

        redis.kill();
        redis.restart();
        await().atMost(Duration.ofSeconds(20)).until(() -> !degraded(send(one.signedIn(TUNNELS))));
        assertThat(remainingOfKey(one)).isEqualTo(2);
        one.close();
        one = gateway();
        await().atMost(Duration.ofSeconds(20)).until(() -> !degraded(send(one.signedIn(TUNNELS))));

        assertThat(remainingOfKey(one)).isEqualTo(1);
        await().atMost(Duration.ofSeconds(20)).until(() -> !degraded(send(two.signedIn(TUNNELS))));
        assertThat(remainingOfKey(two)).isZero();
        HttpResponse<String> refused = send(withKey(two));
        assertProblem(refused, ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(refused.headers().firstValue("X-RateLimit-Policy")).hasValue("key-month");
    }

    /** Requirement X-28: Redis' clock decides, whatever those of the instances say. */
    @Test
    void countsRightWhenTheClocksOfInstancesAreWrong() {
        RateLimitProperties properties = TestLimits.with("redis-url", redis.url(), "redis-budget", "5s");
        SharedRedis shared = new SharedRedis(properties);
        try {
            await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> {
                shared.ping().block();
                return true;
            });
            List<RateLimiter> instances = IntStream.of(-7_000, 0, 3_600_000)
                    .mapToObj(skew -> new RateLimiter(
                            new SharedWindows(shared, "one", properties, RedisScript.read("windows.lua")),
                            properties,
                            Clock.offset(Clock.systemUTC(), Duration.ofMillis(skew))))
                    .toList();
            Charge charge = new Charge(
                    "{skewed}",
                    List.of(new Window("minute", "{skewed}minute", 90, Span.sliding(Duration.ofMinutes(1)))));

            long passed = IntStream.range(0, 200)
                    .filter(i -> instances
                            .get(i % 3)
                            .count(charge, Optional.empty())
                            .blockOptional(Duration.ofSeconds(10))
                            .orElseThrow()
                            .allowed())
                    .count();

            assertThat(passed).isEqualTo(90);
        } finally {
            shared.close();
        }
    }

    private static int remainingOfKey(TestingGateway gateway) {
        HttpResponse<String> answer = send(withKey(gateway));
        assertThat(answer.statusCode()).isEqualTo(200);
        return Integer.parseInt(
                answer.headers().firstValue("X-RateLimit-Remaining").orElseThrow());
    }

    private static HttpRequest.Builder withKey(TestingGateway gateway) {
        return gateway.anonymous(TUNNELS).header("X-API-Key", "cvt_test_monthly");
    }

    private static boolean degraded(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Service-Status").isPresent();
    }
}
