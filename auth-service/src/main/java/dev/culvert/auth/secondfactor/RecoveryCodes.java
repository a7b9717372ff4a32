package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import dev.culvert.platform.secret.Hmac;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Codes for the day the authenticator app or the passkey is lost: shown once, stored as digests, each good for one sign-in. */
@Repository
class RecoveryCodes {
    private static final int CODES = 10;
    private static final int GROUPS = 6;
    private static final int GROUP_LENGTH = 4;
    /** 32 characters that are told apart easily: 120 random bits a code, so that a plain keyed digest is enough. */
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

    private final JdbcClient jdbc;
    private final Hmac hmac;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    RecoveryCodes(JdbcClient jdbc, Hmac hmac, Clock clock) {
        this.jdbc = jdbc;
        this.hmac = hmac.forPurpose("recovery-code");
        this.clock = clock;
    }

    /** New codes in place of all earlier ones; the only time they are seen. */
    List<String> renew(Account account) {
        forget(account.id());
        List<String> codes = Stream.generate(this::random).limit(CODES).toList();
        codes.forEach(code -> jdbc.sql("""
                        INSERT INTO recovery_code (account_id, tenant_id, digest) VALUES (:accountId, :tenantId, :digest)
                        """)
                .param("accountId", account.id())
                .param("tenantId", account.tenantId())
                .param("digest", digest(account.id(), code))
                .update());
        return codes;
    }

    /** Whether this is an unused code of the account, which is used up now: one conditional update decides. */
    boolean redeem(UUID accountId, String code) {
        return jdbc.sql("""
                        UPDATE recovery_code SET used_at = :now
                        WHERE account_id = :id AND digest = :digest AND used_at IS NULL
                        """)
                        .param("id", accountId)
                        .param("digest", digest(accountId, code))
                        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** None of an account's codes is good any more. */
    void forget(UUID accountId) {
        jdbc.sql("DELETE FROM recovery_code WHERE account_id = :id")
                .param("id", accountId)
                .update();
    }

    /** How many are left. */
    int unused(UUID accountId) {
        return jdbc.sql("SELECT count(*) FROM recovery_code WHERE account_id = :id AND used_at IS NULL")
                .param("id", accountId)
                .query(Integer.class)
                .single();
    }

    private String random() {
        return IntStream.range(0, GROUPS)
                .mapToObj(_ -> random.ints(GROUP_LENGTH, 0, ALPHABET.length())
                        .mapToObj(i -> ALPHABET.substring(i, i + 1))
                        .collect(Collectors.joining()))
                .collect(Collectors.joining("-"));
    }

    /** Bound to the account, however it is typed. */
    private byte[] digest(UUID accountId, String code) {
        return hmac.of(accountId + ":" + code.replaceAll("[\\s-]", "").toLowerCase(Locale.ROOT));
    }
}
