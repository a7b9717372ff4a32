package dev.culvert.gateway.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.ratelimit.RateLimiter.CheckedBy;
import dev.culvert.testing.TestingRedis;
import io.lettuce.core.RedisClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A Redis that takes connections and does not answer: the worst kind of lost (requirements X-28, S1.54, R7.6). */
class RedisHangsIT {
    private static final Duration SECONDS = Duration.ofSeconds(20);
    private static final Charge CHARGE = new Charge(
            "{hangs}", List.of(new Window("minute", "{hangs}minute", 10_000, Span.sliding(Duration.ofMinutes(1)))));

    private final AtomicLong nanos = new AtomicLong();

    /** The first calls find out; no call after them waits, not even the one that looks whether Redis is back. */
    @Test
    void keepsNoCallWaitingOnceThatIsKnown() {
        try (TestingRedis redis = TestingRedis.start()) {
            RateLimitProperties properties = TestLimits.with("redis-url", redis.url(), "redis-budget", "500ms");
            SharedRedis shared = new SharedRedis(properties);
            RedisClient operator = RedisClient.create(redis.url());
            try (var connection = operator.connect()) {
                await().atMost(SECONDS).ignoreExceptions().until(() -> {
                    shared.ping().block();
                    return true;
                });
                RateLimiter limiter = new RateLimiter(
                        new SharedWindows(shared, "one", properties, RedisScript.read("windows.lua")),
                        properties,
                        Clock.systemUTC(),
                        nanos::get);
                assertThat(wait(limiter).degraded()).isFalse();

                connection.sync().clientPause(4_000);
                for (int i = 0; i < 3; i++) {
                    assertThat(wait(limiter).degraded()).isTrue();
                }
                assertThat(limiter.alone()).isTrue();
                for (int i = 0; i < 1_000; i++) {
                    nanos.addAndGet(Duration.ofMillis(10).toNanos());
                    CompletableFuture<Decision> answer =
                            limiter.count(CHARGE, Optional.empty()).toFuture();
                    assertThat(answer).as("call %d", i).isCompletedWithValueMatching(Decision::degraded);
                }
                assertThat(limiter.checks(CheckedBy.ALONE)).isEqualTo(1_003);

                await().atMost(SECONDS).until(() -> {
                    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
                    return !wait(limiter).degraded();
                });
            } finally {
                shared.close();
                operator.shutdown(0, 0, TimeUnit.SECONDS);
            }
        }
    }

    private static Decision wait(RateLimiter limiter) {
        return Objects.requireNonNull(limiter.count(CHARGE, Optional.empty()).block(SECONDS));
    }
}
