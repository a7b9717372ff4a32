package dev.culvert.auth.apikey;

import dev.culvert.data.tenant.TenantScope;
import java.time.Clock;
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
    private final KeyHistory history;
    private final TransactionOperations transactions;
    private final ApiKeyProperties properties;
    private final Clock clock;
    private final Map<UUID, Use> pending = new ConcurrentHashMap<>();

    LastUse(
            ApiKeys keys,
            KeyHistory history,
            TransactionOperations transactions,
            ApiKeyProperties properties,
            Clock clock) {
        this.keys = keys;
        this.history = history;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    private record Use(Instant at, String clientAddress) {}

    void record(UUID keyId, Instant at, String clientAddress) {
        pending.merge(
                keyId, new Use(at, clientAddress), (known, other) -> known.at().isAfter(other.at()) ? known : other);
    }

    /** What could not be written stays for the next time. */
    @Scheduled(fixedDelayString = "${culvert.auth.api-key.last-use-interval:30s}")
    @EventListener(ContextClosedEvent.class)
    void write() {
        Map<UUID, Use> batch = new HashMap<>(pending);
        if (batch.isEmpty()) {
            return;
        }
        try {
            TenantScope.runAsSystem(REASON, () -> transactions.executeWithoutResult(_ -> batch.forEach(this::write)));
            batch.forEach(pending::remove);
        } catch (DataAccessException | TransactionException e) {
            log.warn("The last uses of {} API keys could not be written yet", batch.size(), e);
        }
    }

    private void write(UUID keyId, Use use) {
        Instant now = clock.instant();
        keys.used(keyId, use.at());
        keys.announceUse(keyId, now.minus(properties.useAuditInterval()), now)
                .ifPresent(key -> history.used(key, use.at(), use.clientAddress()));
    }
}
