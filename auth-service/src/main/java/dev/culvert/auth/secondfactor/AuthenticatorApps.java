package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.platform.secret.SecretCipher;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The authenticator apps of accounts, at most one each. An app counts once a code of it was confirmed. Row-level security
 * shows those of the current tenant, or all in the system scope.
 */
@Repository
class AuthenticatorApps {
    private final JdbcClient jdbc;
    private final SecretCipher cipher;
    private final Clock clock;

    AuthenticatorApps(JdbcClient jdbc, SecretCipher cipher, Clock clock) {
        this.jdbc = jdbc;
        this.cipher = cipher;
        this.clock = clock;
    }

    /** Since when an account has an app. */
    Optional<Instant> confirmedAt(UUID accountId) {
        return jdbc.sql("SELECT confirmed_at FROM second_factor WHERE account_id = :id AND confirmed_at IS NOT NULL")
                .param("id", accountId)
                .query((row, _) -> row.getTimestamp("confirmed_at").toInstant())
                .optional();
    }

    /** Gives an account a new secret that waits to be confirmed; empty when it has an app already. */
    Optional<byte[]> begin(Account account) {
        byte[] secret = Totp.randomSecret();
        int stored = jdbc.sql("""
                        INSERT INTO second_factor AS app (account_id, tenant_id, sealed_secret, created_at)
                        VALUES (:accountId, :tenantId, :secret, :now)
                        ON CONFLICT (account_id) DO UPDATE SET sealed_secret = :secret, created_at = :now
                        WHERE app.confirmed_at IS NULL
                        """)
                .param("accountId", account.id())
                .param("tenantId", account.tenantId())
                .param("secret", cipher.seal(Base64.getEncoder().encodeToString(secret), context(account.id())))
                .param("now", utc(clock.instant()))
                .update();
        return stored == 1 ? Optional.of(secret) : Optional.empty();
    }

    /** The app counts from now on if this is its present code. */
    boolean confirm(UUID accountId, String code) {
        OptionalLong step = step(accountId, code, "confirmed_at IS NULL");
        return step.isPresent()
                && jdbc.sql("""
                                UPDATE second_factor SET confirmed_at = :now, last_step = :step
                                WHERE account_id = :id AND confirmed_at IS NULL
                                """)
                                .param("id", accountId)
                                .param("now", utc(clock.instant()))
                                .param("step", step.getAsLong())
                                .update()
                        == 1;
    }

    /** Whether this is the app's present code and was not used before: one conditional update decides. */
    boolean accept(UUID accountId, String code) {
        OptionalLong step = step(accountId, code, "confirmed_at IS NOT NULL");
        return step.isPresent()
                && jdbc.sql("""
                                UPDATE second_factor SET last_step = :step
                                WHERE account_id = :id AND confirmed_at IS NOT NULL AND last_step < :step
                                """)
                                .param("id", accountId)
                                .param("step", step.getAsLong())
                                .update()
                        == 1;
    }

    /** Takes the app away; says whether there was one. */
    boolean remove(UUID accountId) {
        return jdbc.sql("DELETE FROM second_factor WHERE account_id = :id")
                        .param("id", accountId)
                        .update()
                == 1;
    }

    private OptionalLong step(UUID accountId, String code, String condition) {
        return jdbc.sql("SELECT sealed_secret FROM second_factor WHERE account_id = :id AND " + condition)
                .param("id", accountId)
                .query(String.class)
                .optional()
                .map(stored -> Base64.getDecoder().decode(cipher.open(stored, context(accountId))))
                .map(secret -> Totp.stepOf(code, secret, clock.instant()))
                .orElse(OptionalLong.empty());
    }

    private static String context(UUID accountId) {
        return "second-factor:" + accountId;
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
