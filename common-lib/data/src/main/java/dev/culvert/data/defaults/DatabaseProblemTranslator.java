package dev.culvert.data.defaults;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.problem.ProblemTranslator;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionSystemException;

/**
 * What a failure of the database means to a caller: while it cannot be reached the service is not available, which passes
 * (requirement R7.6); two changes that met are a conflict; a value that no column could hold, such as a text with the
 * character NUL, is the caller's mistake. Everything else stays a fault of ours.
 */
final class DatabaseProblemTranslator implements ProblemTranslator {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    @Override
    public Optional<ProblemException> translate(Throwable failure) {
        if (!(failure instanceof DataAccessException || failure instanceof TransactionException)) {
            return Optional.empty();
        }
        if (unreachable(failure) || unreachable(beforeTheRollback(failure))) {
            return Optional.of(new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE, "The database cannot be reached right now.", failure)
                    .withRetryAfter(RETRY_AFTER));
        }
        if (has(failure, DatabaseProblemTranslator::unstorable)) {
            return Optional.of(new ProblemException(
                    ProblemCode.VALIDATION_ERROR,
                    "A text holds the character NUL, or a time is too far away. Send other values.",
                    failure));
        }
        return failure instanceof ConcurrencyFailureException
                ? Optional.of(new ProblemException(
                        ProblemCode.CONFLICT_STATE, "Somebody else changed the same thing at this moment.", failure))
                : Optional.empty();
    }

    /** Where the connection is gone the rollback fails too, and its exception hides the one that says so. */
    private static @Nullable Throwable beforeTheRollback(Throwable failure) {
        return failure instanceof TransactionSystemException rollback ? rollback.getApplicationException() : null;
    }

    private static boolean unreachable(@Nullable Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(cause -> cause instanceof DataAccessResourceFailureException
                        || cause instanceof QueryTimeoutException
                        || cause instanceof SQLTransientConnectionException
                        || (cause instanceof SQLException sql && unreachable(sql)));
    }

    private static boolean has(Throwable failure, Predicate<SQLException> state) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(cause -> cause instanceof SQLException sql && state.test(sql));
    }

    private static boolean unstorable(SQLException failure) {
        return "22021".equals(failure.getSQLState()) // character not in repertoire
                || "22008".equals(failure.getSQLState()); // datetime field overflow
    }

    private static boolean unreachable(SQLException failure) {
        String state = failure.getSQLState();
        return state != null
                && (state.startsWith("08") // connection exception
                        || state.startsWith("53") // insufficient resources
                        || state.startsWith("57")); // operator intervention, e.g. shutting down
    }
}
