package dev.culvert.auth.signin;

import dev.culvert.auth.token.Origin;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Records every attempt to sign in, good or bad (requirement R2.6). */
@Component
class SignInAttempts {
    private static final int LONGEST_NAME = 255;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final MeterRegistry meters;

    SignInAttempts(JdbcClient jdbc, Clock clock, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.meters = meters;
    }

    /** How an attempt ended. On the wire and in the database: the lower-case name. */
    enum Result {
        SIGNED_IN,
        WRONG_CREDENTIALS,
        /** The password was right and a code was asked for. */
        SECOND_FACTOR_ASKED,
        WRONG_SECOND_FACTOR,
        EMAIL_NOT_VERIFIED,
        LOCKED;

        boolean refused() {
            return this != SIGNED_IN && this != SECOND_FACTOR_ASKED;
        }

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    void record(String attemptedName, Optional<UUID> accountId, Result result, Origin origin) {
        jdbc.sql("""
                        INSERT INTO sign_in_attempt (id, attempted_name, account_id, result, client_address, user_agent, attempted_at)
                        VALUES (:id, :name, :accountId, :result, :clientAddress, :userAgent, :now)
                        """)
                .param("id", UUID.randomUUID())
                .param("name", attemptedName.substring(0, Math.min(attemptedName.length(), LONGEST_NAME)))
                .param("accountId", accountId.orElse(null))
                .param("result", result.wireName())
                .param("clientAddress", origin.clientAddress())
                .param("userAgent", origin.userAgent())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
        Counter.builder("login")
                .description("Attempts to sign in")
                .tag("result", result.wireName())
                .register(meters)
                .increment();
    }
}
