package dev.culvert.auth.token;

import dev.culvert.auth.account.Account;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.data.outbox.Outbox;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Sessions that applications hold. They are sessions like those of a sign-in, so they are listed, ended and heard of at the
 * gateways alike; what differs is that the authorization server keeps their refresh tokens. The tokens an application gets for
 * itself share one session: its owner sees and ends one thing for each application, and a token costs no row. A token of
 * those that the application gives back ends alone, because other instances of the application go on with theirs. All methods need a transaction
 * in the system scope.
 */
@Component
public class ApplicationSessions {
    private final JdbcClient jdbc;
    private final Outbox outbox;
    private final TokenProperties properties;
    private final Clock clock;

    ApplicationSessions(JdbcClient jdbc, Outbox outbox, TokenProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.properties = properties;
        this.clock = clock;
    }

    private record Holder(UUID tenantId, UUID accountId) {}

    /**
     * Begins the session of a grant.
     *
     * @param origin the address somebody allowed it from, and the application's name in place of a user agent
     * @return when it ends at the latest
     */
    public Instant begin(UUID sessionId, Account account, Origin origin) {
        Instant now = clock.instant();
        Instant expiresAt = now.plus(properties.sessionLifetime());
        jdbc.sql("""
                        INSERT INTO session (id, tenant_id, account_id, client_address, user_agent, created_at, last_used_at,
                          expires_at, idle_expires_at, proven_at)
                        VALUES (:id, :tenantId, :accountId, :clientAddress, :userAgent, :now, :now,
                          :expiresAt, :expiresAt, :now)
                        """)
                .param("id", sessionId)
                .param("tenantId", account.tenantId())
                .param("accountId", account.id())
                .param("clientAddress", origin.clientAddress())
                .param("userAgent", origin.userAgent())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
                .update();
        return expiresAt;
    }

    /** Notes that a session was used; its end, or nothing when it has ended. */
    public Optional<Instant> use(UUID sessionId) {
        return jdbc.sql("""
                        UPDATE session SET last_used_at = :now
                        WHERE id = :id AND ended_at IS NULL AND expires_at > :now
                        RETURNING expires_at
                        """)
                .param("id", sessionId)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query((row, _) -> row.getTimestamp("expires_at").toInstant())
                .optional();
    }

    /** Whether a session runs, and goes on for at least this long. */
    public boolean running(UUID sessionId, Duration atLeast) {
        return jdbc.sql(
                        "SELECT EXISTS (SELECT FROM session WHERE id = :id AND ended_at IS NULL AND expires_at > :until)")
                .param("id", sessionId)
                .param("until", clock.instant().plus(atLeast).atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }

    /** Ends a session: its tokens stop working. Nothing happens when it has ended already. */
    public void end(UUID sessionId, String reason) {
        jdbc.sql("""
                        UPDATE session SET ended_at = :now, end_reason = :reason
                        WHERE id = :id AND ended_at IS NULL
                        RETURNING tenant_id, account_id
                        """)
                .param("id", sessionId)
                .param("reason", reason)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(ApplicationSessions::read)
                .optional()
                .ifPresent(holder -> outbox.append(
                        holder.tenantId(), new AuthEvent.SessionEnded(holder.accountId(), sessionId, reason)));
    }

    /** Whether a single token was ended before its session. */
    public boolean endedAlone(String tokenId) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM ended_token WHERE token_id = :id)")
                .param("id", tokenId)
                .query(Boolean.class)
                .single();
    }

    /**
     * Ends one access token and leaves its session, which belongs to others too. Nothing happens when it was ended before.
     *
     * @param expiresAt of the token; until then it is remembered
     */
    public void endToken(UUID sessionId, UUID tokenId, Instant expiresAt, String reason) {
        jdbc.sql("""
                        INSERT INTO ended_token (token_id, tenant_id, expires_at)
                        SELECT cast(:tokenId AS text), tenant_id, :expiresAt FROM session WHERE id = :sessionId
                        ON CONFLICT DO NOTHING
                        """)
                .param("tokenId", tokenId.toString())
                .param("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
                .param("sessionId", sessionId)
                .update();
        holder(sessionId)
                .ifPresent(holder -> outbox.append(
                        holder.tenantId(), new AuthEvent.SessionEnded(holder.accountId(), tokenId, reason)));
    }

    private Optional<Holder> holder(UUID sessionId) {
        return jdbc.sql("SELECT tenant_id, account_id FROM session WHERE id = :id")
                .param("id", sessionId)
                .query(ApplicationSessions::read)
                .optional();
    }

    private static Holder read(ResultSet row, int rowNumber) throws SQLException {
        return new Holder(row.getObject("tenant_id", UUID.class), row.getObject("account_id", UUID.class));
    }

    /** How long a refresh token lives when the session does not end before. */
    public Duration refreshLifetime() {
        return properties.refreshLifetime();
    }

    /** How long an access token lives. */
    public Duration accessLifetime() {
        return properties.accessLifetime();
    }

    /** The {@code iss} of tokens. */
    public String issuer() {
        return properties.issuer();
    }
}
