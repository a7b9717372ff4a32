package dev.culvert.tunnel.usage;

import dev.culvert.data.tenant.TenantScope;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Removes use that is older than it has to be kept (requirements P2.5.6, X-16). Of several replicas that come to it at the same
 * time, one does it.
 */
@Component
class OldUsage implements SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(OldUsage.class);

    /** In one transaction; more would hold its locks for long. */
    private static final int PORTION = 5_000;

    /** Far longer than anybody goes on with an answer that was broken off. */
    private static final Duration UNDER_WAY_KEPT = Duration.ofDays(1);

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final UsageProperties properties;
    private final Clock clock;

    OldUsage(JdbcClient jdbc, TransactionOperations transactions, UsageProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::purge, properties.purgeInterval());
    }

    void purge() {
        try {
            int removed = TenantScope.callAsSystem("remove old usage", this::removeAll);
            if (removed > 0) {
                log.atInfo().addKeyValue("rows", removed).log("Removed usage that was old enough");
            }
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Old usage cannot be removed now; the next run does it");
        }
    }

    /** Portion after portion; needs the system scope. */
    int removeAll() {
        int removed = 0;
        int portion;
        do {
            portion =
                    Optional.ofNullable(transactions.execute(_ -> removeSome())).orElse(0);
            removed += portion;
        } while (portion > 0);
        return removed;
    }

    private int removeSome() {
        boolean alone = jdbc.sql("SELECT pg_try_advisory_xact_lock(hashtextextended('old-usage', 0))")
                .query(Boolean.class)
                .single();
        if (!alone) {
            return 0;
        }
        int hours = remove("usage_hours", "hour", firstKept(properties.hoursKept()));
        int days = remove("usage_days", "day", firstKept(properties.daysKept()));
        int reported = remove("reported_usage", "occurred_at", firstKept(properties.daysKept()));
        int underWay = remove("usage_under_way", "seen_at", firstKept(UNDER_WAY_KEPT));
        return hours + days + reported + underWay;
    }

    /** Whole days are kept: the day that lies so far back is the last one that stays. */
    private LocalDate firstKept(Duration kept) {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(kept.toDays());
    }

    private int remove(String table, String column, LocalDate firstKept) {
        return jdbc.sql("DELETE FROM %s WHERE ctid IN (SELECT ctid FROM %s WHERE %s < ? LIMIT ?)"
                        .formatted(table, table, column))
                .params(
                        column.equals("day")
                                ? firstKept
                                : firstKept.atStartOfDay().atOffset(ZoneOffset.UTC),
                        PORTION)
                .update();
    }
}
