package dev.culvert.auth.browser;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.token.AllSessionsEnded;
import dev.culvert.auth.token.Origin;
import dev.culvert.data.tenant.TenantScope;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** The stored sessions of browsers; in the database, so that any instance serves the next page. */
@Component
class BrowserSessions {
    private static final String REASON = "a browser is known by its cookie before its tenant is";
    private static final String CLEANUP_REASON = "expired browser sessions of all tenants are deleted";

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final BrowserProperties properties;
    private final Clock clock;

    BrowserSessions(JdbcClient jdbc, TransactionOperations transactions, BrowserProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    /** What a new session is known by: an id for records, and the token for the browser's cookie alone. */
    record Begun(UUID id, OpaqueToken token) {}

    /** Begins a session under a new token, whatever cookie the browser had; needs a transaction in the system scope. */
    Begun begin(Account account, Origin origin) {
        UUID id = UUID.randomUUID();
        OpaqueToken token = OpaqueToken.random();
        Instant now = clock.instant();
        jdbc.sql("""
                        INSERT INTO browser_session (token_hash, id, tenant_id, account_id, client_address, signed_in_at, expires_at)
                        VALUES (:hash, :id, :tenantId, :accountId, :clientAddress, :now, :expiresAt)
                        """)
                .param("hash", token.hash())
                .param("id", id)
                .param("tenantId", account.tenantId())
                .param("accountId", account.id())
                .param("clientAddress", origin.clientAddress())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("expiresAt", now.plus(properties.sessionLifetime()).atOffset(ZoneOffset.UTC))
                .update();
        return new Begun(id, token);
    }

    Optional<BrowserSession> find(OpaqueToken token) {
        return TenantScope.callAsSystem(
                REASON,
                () -> transactions.execute(_ -> jdbc.sql("""
                                SELECT tenant_id, account_id, client_address, signed_in_at FROM browser_session
                                WHERE token_hash = :hash AND expires_at > :now
                                """)
                        .param("hash", token.hash())
                        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                        .query((row, _) -> new BrowserSession(
                                row.getObject("tenant_id", UUID.class),
                                row.getObject("account_id", UUID.class),
                                row.getString("client_address"),
                                row.getTimestamp("signed_in_at").toInstant()))
                        .optional()));
    }

    void end(OpaqueToken token) {
        TenantScope.runAsSystem(
                REASON,
                () -> transactions.executeWithoutResult(
                        _ -> jdbc.sql("DELETE FROM browser_session WHERE token_hash = :hash")
                                .param("hash", token.hash())
                                .update()));
    }

    /** Whoever knows only the old password is signed in nowhere any more, on the pages of the authorization server neither. */
    @EventListener
    void follow(AllSessionsEnded ended) {
        jdbc.sql("DELETE FROM browser_session WHERE account_id = :accountId")
                .param("accountId", ended.accountId())
                .update();
    }

    @Scheduled(fixedDelayString = "${culvert.auth.browser.cleanup-interval:10m}")
    void deleteExpired() {
        TenantScope.runAsSystem(
                CLEANUP_REASON,
                () -> transactions.executeWithoutResult(
                        _ -> jdbc.sql("DELETE FROM browser_session WHERE expires_at <= :now")
                                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                                .update()));
    }
}
