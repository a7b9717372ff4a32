package dev.culvert.auth.signingkey;

import dev.culvert.auth.signingkey.KeyStore.StoredKey;
import java.time.Clock;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Replaces the signing key at intervals (requirement P2.7.5). The next key is published long before it signs and the last
 * one long after, so nobody who caches published keys meets a token of a key they do not know, and no token dies early.
 * One transaction does it, under the lock of the active key's row: of several instances one rotates, and one that loses
 * the database in the middle has changed nothing.
 */
@Component
class KeyRotation {
    private static final Logger log = LoggerFactory.getLogger(KeyRotation.class);

    private final KeyStore store;
    private final SigningKeys keys;
    private final TransactionOperations transactions;
    private final SigningKeyProperties properties;
    private final Clock clock;

    KeyRotation(
            KeyStore store,
            SigningKeys keys,
            TransactionOperations transactions,
            SigningKeyProperties properties,
            Clock clock) {
        this.store = store;
        this.keys = keys;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    @Scheduled(fixedDelayString = "${culvert.auth.signing-key.check-interval:1m}")
    void look() {
        try {
            rotateIfDue();
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Signing keys could not be looked after; the present ones go on");
        }
    }

    /** Makes a next key if there is none, lets it sign when it is time, and forgets keys whose tokens have all expired. */
    void rotateIfDue() {
        transactions.executeWithoutResult(_ -> {
            Instant now = clock.instant();
            store.lockActive().ifPresent(active -> {
                if (store.next().isEmpty()) {
                    store.insert(KeyStore.generate(), false, now);
                }
                store.next().filter(next -> due(active, next, now)).ifPresent(next -> rotate(active, next, now));
                store.removeRetired(now.minus(properties.keptFor()));
            });
        });
        keys.reload();
    }

    private boolean due(StoredKey active, StoredKey next, Instant now) {
        return !active.since().plus(properties.rotateEvery()).isAfter(now)
                && !next.since().plus(properties.publishedAhead()).isAfter(now);
    }

    private void rotate(StoredKey active, StoredKey next, Instant now) {
        store.retire(active.id(), now);
        store.activate(next.id(), now);
        store.insert(KeyStore.generate(), false, now);
        log.atInfo()
                .addKeyValue("key.retired", active.id())
                .addKeyValue("key.active", next.id())
                .log("Access tokens are signed with the next key");
    }
}
