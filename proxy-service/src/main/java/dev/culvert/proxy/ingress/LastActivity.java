package dev.culvert.proxy.ingress;

import dev.culvert.proxy.proxy.ProxyDirectory;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Collects when requests last came and stores it every few seconds, so that a request costs no write. */
@Component
class LastActivity {
    private static final Logger log = LoggerFactory.getLogger(LastActivity.class);

    private final ConcurrentHashMap<UUID, Instant> latest = new ConcurrentHashMap<>();
    private final ProxyDirectory directory;
    private final Clock clock;

    LastActivity(ProxyDirectory directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    void note(UUID proxyId) {
        latest.put(proxyId, clock.instant());
    }

    @Scheduled(fixedDelay = 2_000)
    @PreDestroy
    void flush() {
        Map<UUID, Instant> taken = new HashMap<>();
        for (UUID proxyId : latest.keySet()) {
            Instant at = latest.remove(proxyId);
            if (at != null) {
                taken.put(proxyId, at);
            }
        }
        if (taken.isEmpty()) {
            return;
        }
        try {
            directory.noteActivity(taken);
        } catch (DataAccessException | TransactionException e) {
            taken.forEach(latest::putIfAbsent);
            log.atWarn().setCause(e).log("Last activity cannot be stored now and is kept for the next try");
        }
    }
}
