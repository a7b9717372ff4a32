package dev.culvert.auth.apikey;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * How many keys are made from one address within an hour (requirement R2.8a), whoever makes them. Exact across instances:
 * those who count for the same address wait for one another until their transactions end.
 */
@Component
class CreationLimit {
    private static final Duration WINDOW = Duration.ofHours(1);

    private final JdbcClient jdbc;
    private final ApiKeyProperties properties;
    private final Clock clock;

    CreationLimit(JdbcClient jdbc, ApiKeyProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * Counts a key; needs the transaction that makes it.
     *
     * @throws ProblemException RATE_LIMIT_EXCEEDED when this one is too many
     */
    void count(String clientAddress) {
        Instant now = clock.instant();
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended('api-key-creation:' || :address, 0))")
                .param("address", clientAddress)
                .query((_, _) -> true)
                .single();
        jdbc.sql("DELETE FROM api_key_creation WHERE client_address = :address AND created_at <= :since")
                .param("address", clientAddress)
                .param("since", utc(now.minus(WINDOW)))
                .update();
        Made made = jdbc.sql("""
                        SELECT count(*) AS number, coalesce(min(created_at), :now) AS first
                        FROM api_key_creation WHERE client_address = :address
                        """)
                .param("address", clientAddress)
                .param("now", utc(now))
                .query((row, _) -> new Made(
                        row.getLong("number"), row.getTimestamp("first").toInstant()))
                .single();
        if (made.number() >= properties.creationsPerHour()) {
            throw new ProblemException(
                            ProblemCode.RATE_LIMIT_EXCEEDED,
                            "At most %d API keys an hour are made from one address."
                                    .formatted(properties.creationsPerHour()))
                    .withAlias("API_KEY_RATE_LIMIT_EXCEEDED")
                    .withRetryAfter(Duration.between(now, made.first().plus(WINDOW)));
        }
        jdbc.sql("INSERT INTO api_key_creation (client_address, created_at) VALUES (:address, :now)")
                .param("address", clientAddress)
                .param("now", utc(now))
                .update();
    }

    /** Forgets addresses nobody comes from any more. */
    void forgetOld() {
        jdbc.sql("DELETE FROM api_key_creation WHERE created_at <= :since")
                .param("since", utc(clock.instant().minus(WINDOW)))
                .update();
    }

    private record Made(long number, Instant first) {}

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
