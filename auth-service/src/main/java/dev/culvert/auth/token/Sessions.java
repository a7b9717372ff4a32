package dev.culvert.auth.token;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.assurance.Assurance;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Sessions: each begins with a sign-in and is the family of the refresh tokens that follow one another from there. A
 * refresh token works once; when one comes back that was used already, somebody copied it, and the whole session ends
 * (requirement R2.2, RFC 9700 §4.14.2).
 */
@Service
public class Sessions {
    /** Why a session ended, as told in the event. */
    private static final String SIGNED_OUT = "signed_out";

    private static final String TOKEN_REUSED = "refresh_token_reused";

    private static final String REFRESH_REASON = "a refresh token is not bound to a tenant yet";

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final AccessTokens accessTokens;
    private final Outbox outbox;
    private final TransactionOperations transactions;
    private final TokenProperties properties;
    private final Clock clock;

    Sessions(
            JdbcClient jdbc,
            Accounts accounts,
            AccessTokens accessTokens,
            Outbox outbox,
            TransactionOperations transactions,
            TokenProperties properties,
            Clock clock) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.accessTokens = accessTokens;
        this.outbox = outbox;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    private record Session(UUID id, UUID tenantId, UUID accountId, Instant expiresAt, Assurance assurance) {}

    private sealed interface Refresh {
        record Renewed(TokenResponse tokens) implements Refresh {}

        record Refused() implements Refresh {}
    }

    /** Begins the session of somebody whose password was right; needs a transaction in the system scope. */
    public TokenResponse begin(Account account, Origin origin) {
        return begin(account, origin, Assurance.byPassword(clock.instant()));
    }

    /** Begins the session of somebody who proved who they are; needs a transaction in the system scope. */
    public TokenResponse begin(Account account, Origin origin, Assurance assurance) {
        Instant now = clock.instant();
        Session session = new Session(
                UUID.randomUUID(), account.tenantId(), account.id(), now.plus(properties.sessionLifetime()), assurance);
        jdbc.sql("""
                        INSERT INTO session (
                          id, tenant_id, account_id, client_address, user_agent, created_at, last_used_at, expires_at,
                          proven_at, methods)
                        VALUES (
                          :id, :tenantId, :accountId, :clientAddress, :userAgent, :now, :now, :expiresAt,
                          :provenAt, :methods)
                        """)
                .param("provenAt", assurance.provenAt().atOffset(ZoneOffset.UTC))
                .param(
                        "methods",
                        assurance.methods().stream()
                                .map(Assurance.Method::wireName)
                                .toArray(String[]::new))
                .param("id", session.id())
                .param("tenantId", session.tenantId())
                .param("accountId", session.accountId())
                .param("clientAddress", origin.clientAddress())
                .param("userAgent", origin.userAgent())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("expiresAt", session.expiresAt().atOffset(ZoneOffset.UTC))
                .update();
        outbox.append(
                account.tenantId(),
                new AuthEvent.SignedIn(account.id(), session.id(), origin.clientAddress(), origin.userAgent()));
        return tokens(account, session, now);
    }

    /**
     * Exchanges a refresh token for new tokens.
     *
     * @throws ProblemException REFRESH_TOKEN_INVALID when it is unknown, expired, of an ended session or used before; the
     *     last ends the session
     */
    TokenResponse refresh(OpaqueToken token) {
        // The refusal leaves the transaction as a value, so that ending the session is committed and not rolled back.
        Refresh outcome = TenantScope.callAsSystem(
                REFRESH_REASON, () -> transactions.execute(_ -> refreshInTransaction(token.hash())));
        return switch (outcome) {
            case Refresh.Renewed renewed -> renewed.tokens();
            case Refresh.Refused _ ->
                throw new ProblemException(
                        ProblemCode.REFRESH_TOKEN_INVALID,
                        "The refresh token is unknown, expired or was used before; sign in again.");
        };
    }

    /** Ends a session of the present tenant; nothing happens when it has ended already. */
    void signOut(UUID sessionId) {
        transactions.executeWithoutResult(_ -> end(sessionId, SIGNED_OUT));
    }

    /** Whether a session of the present tenant still runs. */
    boolean running(UUID sessionId) {
        return transactions.execute(_ -> jdbc.sql(
                        "SELECT EXISTS (SELECT FROM session WHERE id = :id AND ended_at IS NULL AND expires_at > :now)")
                .param("id", sessionId)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single());
    }

    /** Ends every running session of an account; needs a transaction in the system scope. */
    public void endAll(UUID accountId, String reason) {
        jdbc.sql("SELECT id FROM session WHERE account_id = :accountId AND ended_at IS NULL")
                .param("accountId", accountId)
                .query(UUID.class)
                .list()
                .forEach(id -> end(id, reason));
    }

    private Refresh refreshInTransaction(byte[] hash) {
        Instant now = clock.instant();
        Optional<Session> session = redeem(hash, now);
        if (session.isEmpty()) {
            sessionOfUsed(hash).ifPresent(id -> end(id, TOKEN_REUSED));
            return new Refresh.Refused();
        }
        Account account = accounts.find(session.get().accountId()).orElseThrow();
        return new Refresh.Renewed(tokens(account, session.get(), now));
    }

    /** The single point that decides who may use a refresh token: of parallel attempts one gets the row. */
    private Optional<Session> redeem(byte[] hash, Instant now) {
        return jdbc.sql("""
                        WITH redeemed AS (
                          UPDATE refresh_token SET used_at = :now
                          WHERE token_hash = :hash AND used_at IS NULL AND expires_at > :now
                          RETURNING session_id)
                        UPDATE session SET last_used_at = :now FROM redeemed
                        WHERE id = redeemed.session_id AND ended_at IS NULL AND expires_at > :now
                        RETURNING id, tenant_id, account_id, expires_at, proven_at, methods
                        """)
                .param("hash", hash)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(Sessions::session)
                .optional();
    }

    private Optional<UUID> sessionOfUsed(byte[] hash) {
        return jdbc.sql("SELECT session_id FROM refresh_token WHERE token_hash = :hash AND used_at IS NOT NULL")
                .param("hash", hash)
                .query(UUID.class)
                .optional();
    }

    private void end(UUID sessionId, String reason) {
        jdbc.sql("""
                        UPDATE session SET ended_at = :now, end_reason = :reason
                        WHERE id = :id AND ended_at IS NULL
                        RETURNING id, tenant_id, account_id, expires_at, proven_at, methods
                        """)
                .param("id", sessionId)
                .param("reason", reason)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .query(Sessions::session)
                .optional()
                .ifPresent(ended -> outbox.append(
                        ended.tenantId(), new AuthEvent.SessionEnded(ended.accountId(), ended.id(), reason)));
    }

    private TokenResponse tokens(Account account, Session session, Instant now) {
        OpaqueToken refresh = OpaqueToken.random();
        Instant refreshEnd = now.plus(properties.refreshLifetime());
        Instant expiresAt = refreshEnd.isBefore(session.expiresAt()) ? refreshEnd : session.expiresAt();
        jdbc.sql("""
                        INSERT INTO refresh_token (token_hash, session_id, created_at, expires_at)
                        VALUES (:hash, :sessionId, :now, :expiresAt)
                        """)
                .param("hash", refresh.hash())
                .param("sessionId", session.id())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
                .update();
        return TokenResponse.of(accessTokens.forSession(account, session.id(), session.assurance()), refresh);
    }

    private static Session session(ResultSet row, int rowNumber) throws SQLException {
        return new Session(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("account_id", UUID.class),
                row.getTimestamp("expires_at").toInstant(),
                Assurance.of(row.getTimestamp("proven_at").toInstant(), Set.of((String[])
                        row.getArray("methods").getArray())));
    }
}
