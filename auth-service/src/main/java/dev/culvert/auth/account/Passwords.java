package dev.culvert.auth.account;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Hashes passwords and checks them, a bounded number at once: a hash takes a processor for a quarter of a second by
 * design, so a flood of sign-ins queues here instead of starving everything else (requirements S1.18, X-4).
 */
@Component
public class Passwords {
    private static final String CURRENT = "bcrypt-hmac";
    private static final int BCRYPT_COST = 12;

    /** Of random bytes nobody kept, and of the same cost: checking an unknown name takes as long as a known one. */
    public static final String NOBODYS_HASH =
            "{bcrypt-hmac}$2a$12$wozP8wcRKYOq/cjc8oaqIe9T5stIVRWd5YcO5WKwT/1WGQCrg5aTW";

    private final PasswordEncoder encoder;
    private final Semaphore turns;
    private final Duration turnWait;

    Passwords(PasswordProperties properties) {
        this.encoder = new DelegatingPasswordEncoder(
                CURRENT, Map.of(CURRENT, new PreHashingPasswordEncoder(new BCryptPasswordEncoder(BCRYPT_COST))));
        this.turns = new Semaphore(properties.permits(), true);
        this.turnWait = properties.turnWait();
    }

    /**
     * The hash to store.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when too many others are waiting
     */
    public String hash(String password) {
        return inTurn(() -> encode(password));
    }

    /** Whether the password belongs to the hash; to be called inside {@link #inTurn}. */
    public boolean matches(String password, String hash) {
        return encoder.matches(password, hash);
    }

    /**
     * Runs a password check when it is its turn, first come first served.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when too many others are waiting
     */
    public <T> T inTurn(Supplier<T> check) {
        if (!tookTurn()) {
            throw new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE,
                            "Too many passwords are being checked; try again in a few seconds.")
                    .withRetryAfter(Duration.ofSeconds(5));
        }
        try {
            return check.get();
        } finally {
            turns.release();
        }
    }

    private boolean tookTurn() {
        try {
            return turns.tryAcquire(turnWait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String encode(String password) {
        String hash = encoder.encode(password);
        if (hash == null) {
            throw new IllegalStateException("The encoder gave no hash");
        }
        return hash;
    }
}
