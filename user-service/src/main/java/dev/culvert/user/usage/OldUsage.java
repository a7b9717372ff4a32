package dev.culvert.user.usage;

import dev.culvert.data.tenant.TenantScope;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Forgets calls after 90 days and their sums after two years (requirement X-16); every instance may try, a row goes once. */
@Component
class OldUsage {
    private static final Logger log = LoggerFactory.getLogger(OldUsage.class);
    private static final Duration CALLS_KEPT = Duration.ofDays(90);
    private static final int SUMS_KEPT_YEARS = 2;
    private static final int AT_ONCE = 10_000;

    private final ApiUsage usage;
    private final Clock clock;

    OldUsage(ApiUsage usage, Clock clock) {
        this.usage = usage;
        this.clock = clock;
    }

    @Scheduled(initialDelayString = "PT15M", fixedDelayString = "PT1H")
    void forget() {
        TenantScope.runAsSystem("calls are kept 90 days, their sums two years", () -> {
            Instant now = clock.instant();
            int calls = 0;
            int some;
            do {
                some = usage.forgetCalls(now.minus(CALLS_KEPT), AT_ONCE);
                calls += some;
            } while (some == AT_ONCE);
            int days = usage.forgetDays(
                    now.atZone(ZoneOffset.UTC).minusYears(SUMS_KEPT_YEARS).toInstant());
            log.atDebug().addKeyValue("calls", calls).addKeyValue("days", days).log("Old usage forgotten");
        });
    }
}
