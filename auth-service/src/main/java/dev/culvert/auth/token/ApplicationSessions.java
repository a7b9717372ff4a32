package dev.culvert.auth.token;

import dev.culvert.auth.account.Account;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.data.outbox.Outbox;
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
 * gateways alike; what differs is that the authorization server keeps their refresh tokens. All methods need a transaction
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
                .query((row, _) ->
                        new Holder(row.getObject("tenant_id", UUID.class), row.getObject("account_id", UUID.class)))
                .optional()
                .ifPresent(holder -> outbox.append(
                        holder.tenantId(), new AuthEvent.SessionEnded(holder.accountId(), sessionId, reason)));
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
