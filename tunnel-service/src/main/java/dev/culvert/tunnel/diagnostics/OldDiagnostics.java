package dev.culvert.tunnel.diagnostics;

import dev.culvert.data.tenant.TenantScope;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
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

/** Removes what nobody looks for a fault in any more. Each replica may do it; rows go once. */
@Component
class OldDiagnostics implements SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(OldDiagnostics.class);
    private static final int PORTION = 5_000;

    /** Tables with the column that says how old a row is. */
    private static final Map<String, String> AGES = Map.of(
            "tunnel_transitions", "occurred_at",
            "connection_history", "ended_at",
            "request_errors", "occurred_at",
            "tunnel_switches", "occurred_at");

    /** No answer looks back further than a week. */
    private static final Duration LATENCIES_KEPT = Duration.ofDays(8);

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final DiagnosticsProperties properties;
    private final Clock clock;

    OldDiagnostics(JdbcClient jdbc, TransactionOperations transactions, DiagnosticsProperties properties, Clock clock) {
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
        OffsetDateTime end = clock.instant().minus(properties.kept()).atOffset(ZoneOffset.UTC);
        try {
            TenantScope.runAsSystem("remove old diagnostics", () -> {
                AGES.forEach((table, column) -> remove(table, column, end));
                remove(
                        "request_latencies",
                        "hour",
                        clock.instant().minus(LATENCIES_KEPT).atOffset(ZoneOffset.UTC));
            });
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Old diagnostics cannot be removed now; the next run does it");
        }
    }

    private void remove(String table, String column, OffsetDateTime end) {
        String sql = "DELETE FROM %s WHERE ctid IN (SELECT ctid FROM %s WHERE %s < ? LIMIT ? FOR UPDATE SKIP LOCKED)"
                .formatted(table, table, column);
        int removed;
        do {
            removed = Optional.ofNullable(transactions.execute(
                            _ -> jdbc.sql(sql).params(end, PORTION).update()))
                    .orElse(0);
        } while (removed > 0);
    }
}
