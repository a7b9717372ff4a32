package dev.culvert.auth.signin;

import dev.culvert.auth.cleanup.Leftovers;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Counts wrong passwords by client address over different accounts and names, so that trying one password on many accounts
 * is refused too (requirements X-10, S4.59). Failures on one subject alone are the account's lock's business. The count is
 * read before a check, so attempts that run at once may overrun it by as many checks as run at once.
 */
@Component
class AddressFailures implements Leftovers {
    private static final int NETWORK_BYTES = 8;

    private final JdbcClient jdbc;
    private final LockoutProperties properties;
    private final Clock clock;

    AddressFailures(JdbcClient jdbc, LockoutProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
    }

    private record Tally(int failures, int subjects, Instant oldest) {}

    /** How long the address is still refused, empty when it is not. */
    Optional<Duration> refused(String clientAddress) {
        if (properties.addressFailures() == 0) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Tally tally = jdbc.sql("""
                        SELECT coalesce(sum(failures), 0) AS failures, count(*) AS subjects,
                               coalesce(min(first_failed_at), :now) AS oldest
                        FROM sign_in_address WHERE client_address = :address AND first_failed_at > :windowStart
                        """)
                .param("address", network(clientAddress))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("windowStart", windowStart(now))
                .query((row, _) -> new Tally(
                        row.getInt("failures"),
                        row.getInt("subjects"),
                        row.getTimestamp("oldest").toInstant()))
                .single();
        return Optional.of(Duration.between(now, tally.oldest().plus(properties.window())))
                .filter(_ -> tally.failures() >= properties.addressFailures() && tally.subjects() > 1);
    }

    /** A wrong password from the address for the subject. */
    void wrong(String clientAddress, String subject) {
        Instant now = clock.instant();
        jdbc.sql("""
                        INSERT INTO sign_in_address AS known (client_address, subject, failures, first_failed_at)
                        VALUES (:address, :subject, 1, :now)
                        ON CONFLICT (client_address, subject) DO UPDATE SET
                          failures = CASE WHEN known.first_failed_at <= :windowStart THEN 1 ELSE known.failures + 1 END,
                          first_failed_at = CASE WHEN known.first_failed_at <= :windowStart THEN :now ELSE known.first_failed_at END
                        """)
                .param("address", network(clientAddress))
                .param("subject", subject)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("windowStart", windowStart(now))
                .update();
    }

    /** The right password: what was mistyped for it before is forgiven, and only that. */
    void right(String clientAddress, String subject) {
        jdbc.sql("DELETE FROM sign_in_address WHERE client_address = :address AND subject = :subject")
                .param("address", network(clientAddress))
                .param("subject", subject)
                .update();
    }

    @Override
    public String name() {
        return "failures by address";
    }

    @Override
    public int remove(int limit) {
        return jdbc.sql("""
                        DELETE FROM sign_in_address WHERE (client_address, subject) IN (
                          SELECT client_address, subject FROM sign_in_address WHERE first_failed_at <= :windowStart
                          LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """)
                .param("windowStart", windowStart(clock.instant()))
                .param("limit", limit)
                .update();
    }

    private Object windowStart(Instant now) {
        return now.minus(properties.window()).atOffset(ZoneOffset.UTC);
    }

    /** An IPv6 client owns a whole network of addresses and could use another one each time. */
    static String network(String clientAddress) {
        if (!clientAddress.contains(":")) {
            return clientAddress;
        }
        try {
            InetAddress address = InetAddress.getByName(clientAddress);
            byte[] bytes = address.getAddress();
            if (!(address instanceof Inet6Address)) {
                return address.getHostAddress();
            }
            Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
            return InetAddress.getByAddress(bytes).getHostAddress() + "/64";
        } catch (UnknownHostException notAnAddress) {
            return clientAddress;
        }
    }
}
