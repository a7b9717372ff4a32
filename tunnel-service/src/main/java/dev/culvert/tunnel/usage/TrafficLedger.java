package dev.culvert.tunnel.usage;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.session.TrafficMeter;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Sums traffic in memory and stores it about once a second and when the service stops (requirements R4.6, R4.9).
 *
 * <p>A kill loses at most what ended within one flush interval. Nothing is counted twice: a batch that could not be
 * stored, or whose commit was not heard, is sent again under the same id before a new one is cut, and {@link UsageDays}
 * knows the last id it stored.
 */
@Component
class TrafficLedger implements TrafficMeter, SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(TrafficLedger.class);

    private final ConcurrentHashMap<UsageBatch.Key, UsageBatch.Sums> open = new ConcurrentHashMap<>();
    private final UsageDays days;
    private final UsageProperties properties;
    private final Clock clock;
    private Instant openSince;
    private @Nullable UsageBatch unsent;

    TrafficLedger(UsageDays days, UsageProperties properties, Clock clock) {
        this.days = days;
        this.properties = properties;
        this.clock = clock;
        this.openSince = clock.instant();
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::flush, properties.flushInterval());
    }

    @Override
    public void record(Traffic traffic) {
        LocalDate day = LocalDate.ofInstant(traffic.startedAt().plus(traffic.duration()), ZoneOffset.UTC);
        long millis = traffic.duration().toMillis();
        open.merge(
                new UsageBatch.Key(traffic.tunnelId(), traffic.tenantId(), traffic.userId(), day),
                new UsageBatch.Sums(
                        1, isError(traffic) ? 1 : 0, traffic.bytesIn(), traffic.bytesOut(), millis, millis, millis),
                UsageBatch.Sums::plus);
    }

    private static boolean isError(Traffic traffic) {
        return switch (traffic.outcome()) {
            case CUT_OFF, TIMED_OUT -> true;
            case COMPLETED, REFUSED, CALLER_GONE -> traffic.status() >= 500;
        };
    }

    /** Stores what was measured; when the database does not take it, the next flush tries again. */
    @PreDestroy
    synchronized void flush() {
        try {
            if (unsent != null) {
                send(unsent);
            }
            unsent = cut();
            if (unsent != null) {
                send(unsent);
            }
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Measured traffic cannot be stored now and is kept for the next try");
        }
    }

    private void send(UsageBatch batch) {
        TenantScope.runAsSystem("store measured traffic", () -> days.apply(batch));
        unsent = null;
    }

    private @Nullable UsageBatch cut() {
        Map<UsageBatch.Key, UsageBatch.Sums> taken = new HashMap<>();
        for (UsageBatch.Key key : open.keySet()) {
            UsageBatch.Sums sums = open.remove(key);
            if (sums != null) {
                taken.put(key, sums);
            }
        }
        Instant from = openSince;
        openSince = clock.instant();
        return taken.isEmpty() ? null : new UsageBatch(UUID.randomUUID(), from, openSince, taken);
    }
}
