package dev.culvert.data.defaults;

import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Makes a sentence of a start that fails because PostgreSQL does not let the service in, instead of a page about beans. */
final class UnreachableDatabaseAnalyzer extends AbstractFailureAnalyzer<SQLException> {
    /** Classes and codes of SQLSTATE (PostgreSQL's appendix A). */
    private static final String NO_CONNECTION = "08";

    private static final String NOT_AUTHORIZED = "28";
    private static final String NO_SUCH_DATABASE = "3D";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
        String state = Objects.requireNonNullElse(cause.getSQLState(), "");
        String action = state.startsWith(NOT_AUTHORIZED)
                ? "Check DB_USER and DB_PASSWORD, and for the migrations DB_OWNER_USER and DB_OWNER_PASSWORD."
                : state.startsWith(NO_SUCH_DATABASE) || state.startsWith(NO_CONNECTION)
                        ? "Check DB_URL, and that PostgreSQL runs there."
                        : "";
        return action.isEmpty()
                ? null
                : new FailureAnalysis(
                        "PostgreSQL does not let this service in: " + cause.getMessage() + " (" + state + ")",
                        action,
                        cause);
    }
}
