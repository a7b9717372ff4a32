package dev.culvert.auth.account;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Hashes passwords and checks them, a bounded number at once: a hash takes a processor for a quarter of a second by
 * design, so a flood of sign-ins queues here instead of starving everything else (requirements S1.18, X-4). The hashes run
 * on threads of their own: a virtual thread that only computes gives its carrier to nobody, and there is one carrier for
 * each processor, so two sign-ins would stop every other request of a small machine.
 */
@Component
public class Passwords implements DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(Passwords.class);
    private static final String CURRENT = "bcrypt-hmac";
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    /** Salt and digest of random bytes nobody kept. */
    private static final String NOBODYS = "wozP8wcRKYOq/cjc8oaqIe9T5stIVRWd5YcO5WKwT/1WGQCrg5aTW";

    /** Kind, version and cost of a hash as {@code encoder} writes it, before salt and digest. */
    private final String head;

    private final PasswordEncoder encoder;
    private final Semaphore turns;
    private final PasswordProperties properties;
    private final ExecutorService hashing;
    private final Timer timer;

    Passwords(PasswordProperties properties, MeterRegistry meters) {
        if (properties.isForTestsAlone()) {
            log.atWarn()
                    .addKeyValue("cost", properties.bcryptCost())
                    .log("Passwords are hashed so quickly that stolen hashes can be guessed; this is for tests alone");
        }
        BCryptPasswordEncoder bcrypt = new BCryptPasswordEncoder(properties.bcryptCost());
        this.encoder = new DelegatingPasswordEncoder(
                CURRENT,
                Map.of(
                        CURRENT,
                        new PreHashingPasswordEncoder(bcrypt),
                        "bcrypt", // of other systems; replaced at the next sign-in
                        bcrypt));
        this.head = "{%s}$2a$%02d$".formatted(CURRENT, properties.bcryptCost());
        this.turns = new Semaphore(properties.permits(), true);
        this.properties = properties;
        this.hashing = Executors.newFixedThreadPool(
                properties.permits(),
                Thread.ofPlatform().name("password-hash-", 0).daemon().factory());
        this.timer = Timer.builder("password.hash")
                .description("Slow hashes of passwords, computed to store or to check one")
                .register(meters);
        Gauge.builder("password.waiting", turns, Semaphore::getQueueLength)
                .description("Requests that wait for their turn to have a password hashed")
                .register(meters);
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
        return computed(() -> encoder.matches(password, hash));
    }

    /** Whether the hash is of another kind or cost than those that are stored today. */
    public boolean outdated(String hash) {
        return !hash.startsWith(head);
    }

    /** No password belongs to it, and it costs as much as others: checking an unknown name takes as long as a known one. */
    public String nobodysHash() {
        return head + NOBODYS;
    }

    /** The hash to store; to be called inside {@link #inTurn}. */
    public String encode(String password) {
        return computed(() -> {
            String hash = encoder.encode(password);
            if (hash == null) {
                throw new IllegalStateException("The encoder gave no hash");
            }
            return hash;
        });
    }

    /**
     * Runs a password check when it is its turn, first come first served.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when too many others are waiting
     */
    public <T> T inTurn(Supplier<T> check) {
        if (turns.getQueueLength() >= properties.mostWaiting() || !tookTurn()) {
            throw new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE,
                            "Too many passwords are being checked; try again in a few seconds.")
                    .withRetryAfter(TRY_AGAIN);
        }
        try {
            return check.get();
        } finally {
            turns.release();
        }
    }

    @Override
    public void destroy() {
        hashing.shutdown();
    }

    private boolean tookTurn() {
        try {
            return turns.tryAcquire(properties.turnWait().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private <T> T computed(Supplier<T> hash) {
        Future<T> result = hashing.submit(() -> timer.record(hash));
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "The service is stopping; try again.", e)
                    .withRetryAfter(TRY_AGAIN);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A password could not be hashed", e.getCause());
        }
    }
}
