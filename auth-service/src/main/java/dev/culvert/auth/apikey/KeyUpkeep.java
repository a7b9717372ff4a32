package dev.culvert.auth.apikey;

import dev.culvert.data.tenant.TenantScope;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/** Announces keys whose time is over, and counts those that work (requirement S3.24). Instances share the announcing. */
@Component
class KeyUpkeep {
    private static final Logger log = LoggerFactory.getLogger(KeyUpkeep.class);
    private static final String REASON = "keys of all tenants expire and are counted";
    private static final int AT_ONCE = 500;

    private final ApiKeys keys;
    private final KeyHistory history;
    private final CreationLimit creations;
    private final TransactionOperations transactions;
    private final Clock clock;
    private final AtomicLong active = new AtomicLong();

    KeyUpkeep(
            ApiKeys keys,
            KeyHistory history,
            CreationLimit creations,
            TransactionOperations transactions,
            Clock clock,
            MeterRegistry meters) {
        this.keys = keys;
        this.history = history;
        this.creations = creations;
        this.transactions = transactions;
        this.clock = clock;
        Gauge.builder("api.keys.active", active, AtomicLong::doubleValue)
                .description("API keys that are neither revoked nor expired; each instance counts all")
                .register(meters);
    }

    @Scheduled(fixedDelayString = "${culvert.auth.api-key.upkeep-interval:15s}")
    void run() {
        try {
            TenantScope.runAsSystem(
                    REASON,
                    () -> transactions.executeWithoutResult(_ -> {
                        Instant now = clock.instant();
                        List<ApiKey> expired = keys.expire(now, AT_ONCE);
                        expired.forEach(history::expired);
                        creations.forgetOld();
                        active.set(keys.countActive(now));
                    }));
        } catch (DataAccessException | TransactionException e) {
            log.warn("API keys cannot be looked after right now", e);
        }
    }
}
