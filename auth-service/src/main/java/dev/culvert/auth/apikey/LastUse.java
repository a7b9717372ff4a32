package dev.culvert.auth.apikey;

import dev.culvert.data.tenant.TenantScope;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/** When keys were last used: kept in memory and written together, so that using a key does not cost a write. */
@Component
class LastUse {
    private static final Logger log = LoggerFactory.getLogger(LastUse.class);
    private static final String REASON = "the last uses of keys of all tenants are written together";

    private final ApiKeys keys;
    private final TransactionOperations transactions;
    private final Map<UUID, Instant> pending = new ConcurrentHashMap<>();

    LastUse(ApiKeys keys, TransactionOperations transactions) {
        this.keys = keys;
        this.transactions = transactions;
    }

    void record(UUID keyId, Instant at) {
        pending.merge(keyId, at, (known, other) -> known.isAfter(other) ? known : other);
    }

    /** What could not be written stays for the next time. */
    @Scheduled(fixedDelayString = "${culvert.auth.api-key.last-use-interval:30s}")
    @EventListener(ContextClosedEvent.class)
    void write() {
        Map<UUID, Instant> batch = new HashMap<>(pending);
        if (batch.isEmpty()) {
            return;
        }
        try {
            TenantScope.runAsSystem(REASON, () -> transactions.executeWithoutResult(_ -> keys.used(batch)));
            batch.forEach(pending::remove);
        } catch (DataAccessException | TransactionException e) {
            log.warn("The last uses of {} API keys could not be written yet", batch.size(), e);
        }
    }
}
