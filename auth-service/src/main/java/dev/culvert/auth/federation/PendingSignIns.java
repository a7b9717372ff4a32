package dev.culvert.auth.federation;

import dev.culvert.auth.browser.Continuation;
import dev.culvert.auth.cleanup.Leftovers;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.secret.SecretCipher;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionOperations;

/** Browsers on their way to a provider and back. Each comes back once, with the state and the cookie it left with. */
@Repository
class PendingSignIns implements Leftovers {
    private static final String REASON = "whoever signs in at a provider is not known yet";

    private final JdbcClient jdbc;
    private final SecretCipher cipher;
    private final TransactionOperations transactions;
    private final FederationProperties properties;
    private final Clock clock;

    PendingSignIns(
            JdbcClient jdbc,
            SecretCipher cipher,
            TransactionOperations transactions,
            FederationProperties properties,
            Clock clock) {
        this.jdbc = jdbc;
        this.cipher = cipher;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * A sign-in that is under way.
     *
     * @param nonce has to be in the id token
     * @param verifier proves that who redeems the code is who asked for it (RFC 7636)
     */
    record Pending(String issuerId, String nonce, String verifier, Continuation next) {
        /** Leaves the secrets out, so that they cannot get into a log. */
        @Override
        public String toString() {
            return "Pending[" + issuerId + "]";
        }
    }

    void insert(OpaqueToken state, OpaqueToken browser, Pending pending) {
        byte[] hash = state.hash();
        run(() -> jdbc.sql("""
                        INSERT INTO external_sign_in (state_hash, browser_hash, issuer_id, sealed, continuation, expires_at)
                        VALUES (:state, :browser, :issuerId, :sealed, :continuation, :expiresAt)
                        """)
                .param("state", hash)
                .param("browser", browser.hash())
                .param("issuerId", pending.issuerId())
                .param("sealed", cipher.seal(pending.nonce() + " " + pending.verifier(), context(hash)))
                .param("continuation", pending.next().path())
                .param(
                        "expiresAt",
                        clock.instant().plus(properties.signInLifetime()).atOffset(ZoneOffset.UTC))
                .update());
    }

    /** Takes the sign-in of a state, if this is the browser that left with it in time; no one else can take it then. */
    Optional<Pending> redeem(OpaqueToken state, OpaqueToken browser) {
        byte[] hash = state.hash();
        return TenantScope.callAsSystem(
                REASON,
                () -> transactions.execute(_ -> jdbc.sql("""
                                DELETE FROM external_sign_in
                                WHERE state_hash = :state AND browser_hash = :browser AND expires_at > :now
                                RETURNING issuer_id, sealed, continuation
                                """)
                        .param("state", hash)
                        .param("browser", browser.hash())
                        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                        .query((row, _) -> {
                            String[] secrets = cipher.open(row.getString("sealed"), context(hash))
                                    .split(" ", 2);
                            return new Pending(
                                    row.getString("issuer_id"),
                                    secrets[0],
                                    secrets[1],
                                    Continuation.parse(row.getString("continuation"))
                                            .orElseThrow());
                        })
                        .optional()));
    }

    @Override
    public String name() {
        return "sign-ins at providers";
    }

    @Override
    public int remove(int limit) {
        return jdbc.sql("""
                        DELETE FROM external_sign_in WHERE state_hash IN (
                          SELECT state_hash FROM external_sign_in WHERE expires_at <= :now
                          LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .update();
    }

    private void run(Runnable work) {
        TenantScope.runAsSystem(REASON, () -> transactions.executeWithoutResult(_ -> work.run()));
    }

    private static String context(byte[] stateHash) {
        return "external_sign_in." + HexFormat.of().formatHex(stateHash);
    }
}
