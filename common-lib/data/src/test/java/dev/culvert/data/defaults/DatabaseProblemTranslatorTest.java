package dev.culvert.data.defaults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

class DatabaseProblemTranslatorTest {
    private final DatabaseProblemTranslator translator = new DatabaseProblemTranslator();

    @Test
    void saysTryAgainWhileNoConnectionCanBeHad() {
        var failure = new CannotCreateTransactionException("no connection", new SQLTransientConnectionException());

        assertThat(translator.translate(failure))
                .hasValueSatisfying(problem -> assertThat(problem.retryAfter()).isPresent())
                .map(ProblemException::code)
                .contains(ProblemCode.SERVICE_UNAVAILABLE);
    }

    @Test
    void saysTryAgainWhenTheServerShutsDownInTheMiddle() {
        var failure = new UncategorizedSQLException("task", "sql", new SQLException("terminating", "57P01"));

        assertThat(translator.translate(failure)).map(ProblemException::code).contains(ProblemCode.SERVICE_UNAVAILABLE);
    }

    /** The connection is gone in the middle of a transaction, so it cannot be rolled back either. */
    @Test
    void saysTryAgainWhenTheRollbackFailsToo() {
        var failure = new TransactionSystemException("rollback", new SQLException("Connection is closed"));
        failure.initApplicationException(
                new UncategorizedSQLException("task", "sql", new SQLException("terminating", "57P01")));

        assertThat(translator.translate(failure)).map(ProblemException::code).contains(ProblemCode.SERVICE_UNAVAILABLE);
    }

    @Test
    void saysConflictWhenTwoChangesMeet() {
        assertThat(translator.translate(new OptimisticLockingFailureException("changed")))
                .map(ProblemException::code)
                .contains(ProblemCode.CONFLICT_STATE);
        assertThat(translator.translate(new CannotAcquireLockException("deadlock")))
                .map(ProblemException::code)
                .contains(ProblemCode.CONFLICT_STATE);
    }

    @Test
    void saysThatAValueCannotBeStored() {
        var failure = new UncategorizedSQLException("task", "sql", new SQLException("invalid byte sequence", "22021"));

        assertThat(translator.translate(failure)).map(ProblemException::code).contains(ProblemCode.VALIDATION_ERROR);
    }

    @Test
    void leavesFaultsOfOursAndForeignExceptionsAlone() {
        assertThat(translator.translate(new DataIntegrityViolationException("constraint")))
                .isEmpty();
        assertThat(translator.translate(new IllegalStateException(new SQLTransientConnectionException())))
                .isEmpty();
    }
}
