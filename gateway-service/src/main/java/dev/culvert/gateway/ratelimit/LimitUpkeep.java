package dev.culvert.gateway.ratelimit;

import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** What the limits do from time to time, beside all calls. */
@Component
final class LimitUpkeep {
    private static final Duration GIVE_BACK_EVERY = Duration.ofMillis(250);
    private static final Duration TELL_EVERY = Duration.ofSeconds(1);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("limit-upkeep").factory());

    LimitUpkeep(RateLimiter limiter, AdaptiveLimits adaptive, LoadProbe probe, MonthLedger ledger) {
        var _ = timer.scheduleWithFixedDelay(
                limiter::giveBackUnused, GIVE_BACK_EVERY.toMillis(), GIVE_BACK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        var _ = timer.scheduleWithFixedDelay(
                ledger::tell, TELL_EVERY.toMillis(), TELL_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        long sampleEvery = adaptive.sampleEvery().toMillis();
        var _ = timer.scheduleWithFixedDelay(
                () -> adaptive.sample(probe.measure()), sampleEvery, sampleEvery, TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        timer.shutdownNow();
    }
}
