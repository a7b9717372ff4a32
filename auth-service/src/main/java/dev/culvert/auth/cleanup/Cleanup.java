package dev.culvert.auth.cleanup;

import dev.culvert.data.tenant.TenantScope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/** Goes round all kinds of leftovers. Every instance does; they skip the rows another one is at. */
@Component
class Cleanup {
    private static final Logger log = LoggerFactory.getLogger(Cleanup.class);
    private static final String REASON = "leftovers are removed for all tenants";

    private final List<Leftovers> kinds;
    private final TransactionOperations transactions;
    private final CleanupProperties properties;
    private final MeterRegistry meters;

    Cleanup(
            List<Leftovers> kinds,
            TransactionOperations transactions,
            CleanupProperties properties,
            MeterRegistry meters) {
        this.kinds = List.copyOf(kinds);
        this.transactions = transactions;
        this.properties = properties;
        this.meters = meters;
    }

    @Scheduled(
            initialDelayString = "${culvert.auth.cleanup.interval:1m}",
            fixedDelayString = "${culvert.auth.cleanup.interval:1m}")
    void run() {
        for (Leftovers kind : kinds) {
            try {
                clean(kind);
            } catch (DataAccessException | TransactionException e) {
                log.atWarn()
                        .addKeyValue("leftovers", kind.name())
                        .setCause(e)
                        .log("Leftovers could not be removed; the next round tries again");
            }
        }
    }

    private void clean(Leftovers kind) {
        int total = 0;
        for (int i = 0; i < properties.batches(); i++) {
            int removed =
                    TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> kind.remove(properties.batch())));
            total += removed;
            if (removed < properties.batch()) {
                break;
            }
        }
        if (total > 0) {
            Counter.builder("leftovers.removed")
                    .description("Rows removed because they had served their time")
                    .tag("kind", kind.name())
                    .register(meters)
                    .increment(total);
            log.atDebug()
                    .addKeyValue("leftovers", kind.name())
                    .addKeyValue("rows", total)
                    .log("Removed leftovers");
        }
    }
}
