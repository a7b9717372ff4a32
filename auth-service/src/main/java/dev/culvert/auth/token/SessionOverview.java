package dev.culvert.auth.token;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** The running sessions of a user, for that user and for administrators. */
@Service
class SessionOverview {
    private static final String REASON = "an administrator manages the sessions of another tenant's user";

    private final Sessions sessions;
    private final SessionStore store;
    private final TransactionOperations transactions;
    private final Clock clock;

    SessionOverview(Sessions sessions, SessionStore store, TransactionOperations transactions, Clock clock) {
        this.sessions = sessions;
        this.store = store;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** Of a user of the present tenant. */
    List<Session> of(UUID userId) {
        return transactions.execute(_ -> store.findRunningOf(userId, clock.instant()));
    }

    /** Of a user of any tenant. */
    List<Session> ofAnybody(UUID userId) {
        return asSystem(() -> of(userId));
    }

    /**
     * Ends a running session of a user of the present tenant.
     *
     * @throws ProblemException NOT_FOUND when the user has no such session
     */
    void end(UUID userId, UUID id, EndReason reason) {
        transactions.executeWithoutResult(_ -> {
            boolean theirs = store.findRunning(id, clock.instant())
                    .filter(session -> session.accountId().equals(userId))
                    .isPresent();
            if (!theirs) {
                throw new ProblemException(ProblemCode.NOT_FOUND, "There is no such session, or it has ended already.");
            }
            sessions.end(id, reason);
        });
    }

    void endOfAnybody(UUID userId, UUID id) {
        asSystem(() -> {
            end(userId, id, EndReason.REVOKED_BY_ADMIN);
            return true;
        });
    }

    int endAll(UUID userId, @Nullable UUID kept, EndReason reason) {
        return transactions.execute(_ -> sessions.endAll(userId, kept, reason));
    }

    int endAllOfAnybody(UUID userId) {
        return asSystem(() -> endAll(userId, null, EndReason.REVOKED_BY_ADMIN));
    }

    private static <T> T asSystem(Supplier<T> work) {
        return TenantScope.callAsSystem(REASON, work::get);
    }
}
