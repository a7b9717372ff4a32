package dev.culvert.auth.authorization;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.application.Application;
import dev.culvert.auth.application.Applications;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Applications with what a token of their own needs, in one statement: that is all a client credentials grant asks of the
 * database, and programs ask for such tokens more often than for anything else. Needs a transaction in the system scope.
 */
@Repository
class ClientRows {
    private final JdbcClient jdbc;

    ClientRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * An application that proves or says who it is.
     *
     * @param serviceSessionEnd when the session of the tokens it got for itself ends; empty when none runs
     */
    record Client(Application application, Account owner, Optional<Instant> serviceSessionEnd) {}

    Optional<Client> find(UUID id) {
        return jdbc.sql("SELECT oauth_application.*, " + Accounts.JOINED + """
                        , session.expires_at AS service_session_end
                        FROM oauth_application JOIN account ON account.id = oauth_application.account_id
                          LEFT JOIN session ON session.id = service_session_id AND ended_at IS NULL
                        WHERE oauth_application.id = :id
                        """)
                .param("id", id)
                .query(ClientRows::client)
                .optional();
    }

    private static Client client(ResultSet row, int rowNumber) throws SQLException {
        return new Client(
                Applications.application(row, rowNumber),
                Accounts.joined(row),
                Optional.ofNullable(row.getTimestamp("service_session_end")).map(Timestamp::toInstant));
    }
}
