package dev.culvert.auth.authorization;

import java.time.Clock;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Deletes authorizations and refresh tokens that can lead to nothing any more, so that the tables do not grow. */
@Component
class EndedAuthorizations {
    private static final Logger log = LoggerFactory.getLogger(EndedAuthorizations.class);

    private final AuthorizationRows rows;
    private final RefreshTokens refreshTokens;
    private final SystemWork work;
    private final AuthorizationProperties properties;
    private final Clock clock;

    EndedAuthorizations(
            AuthorizationRows rows,
            RefreshTokens refreshTokens,
            SystemWork work,
            AuthorizationProperties properties,
            Clock clock) {
        this.rows = rows;
        this.refreshTokens = refreshTokens;
        this.work = work;
        this.properties = properties;
        this.clock = clock;
    }

    @Scheduled(fixedDelayString = "${culvert.auth.authorization.cleanup-interval:10m}")
    void delete() {
        Instant now = clock.instant();
        try {
            work.run(() -> {
                rows.deleteExpired(now);
                refreshTokens.clean(now, now.minus(properties.refreshGrace()));
            });
        } catch (DataAccessException | TransactionException e) {
            log.warn("Ended authorizations could not be deleted yet", e);
        }
    }
}
