package dev.culvert.tunnel.access;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.secret.Hmac;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The name and password that visitors of a public tunnel must send (RFC 7617), if its owner wants that. */
@Component
public class VisitorLogins {
    private static final int MAX_REMEMBERED = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final JdbcClient jdbc;
    private final Hmac hmac;
    private final PasswordEncoder passwords;

    /** Whoever guesses passwords must not take the processor from the requests of others. */
    private final Semaphore comparisons;

    private final Duration patience;

    /**
     * Keyed digests of what was right last, by stored hash: browsers send the login with each request, and comparing
     * passwords is slow on purpose.
     */
    private final ConcurrentHashMap<String, byte[]> right = new ConcurrentHashMap<>();

    @Autowired
    VisitorLogins(JdbcClient jdbc, Hmac hmac) {
        this(
                jdbc,
                hmac,
                new BCryptPasswordEncoder(),
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                PATIENCE);
    }

    /**
     * @param atOnce passwords that are compared at the same time
     * @param patience how long a visitor waits for their turn
     */
    VisitorLogins(JdbcClient jdbc, Hmac hmac, PasswordEncoder passwords, int atOnce, Duration patience) {
        this.jdbc = jdbc;
        this.hmac = hmac.forPurpose("visitor-login");
        this.passwords = passwords;
        this.comparisons = new Semaphore(atOnce);
        this.patience = patience;
    }

    /** A stored login. */
    record Login(String username, String passwordHash) {}

    /** The login of a tunnel, if it has one. Needs the system scope or that of the tunnel's tenant. */
    @Transactional(propagation = Propagation.MANDATORY, readOnly = true)
    Optional<Login> of(UUID tunnelId) {
        return jdbc.sql("SELECT username, password_hash FROM visitor_logins WHERE tunnel_id = ?")
                .param(tunnelId)
                .query((row, _) -> new Login(row.getString("username"), row.getString("password_hash")))
                .optional();
    }

    /** The name visitors must send, if there is a login. */
    @Transactional(propagation = Propagation.MANDATORY, readOnly = true)
    public Optional<String> username(UUID tunnelId) {
        return of(tunnelId).map(Login::username);
    }

    /** Stores a login in place of the one before. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void set(UUID tunnelId, UUID tenantId, String username, String password) {
        jdbc.sql("""
                INSERT INTO visitor_logins (tunnel_id, tenant_id, username, password_hash) VALUES (?, ?, ?, ?)
                ON CONFLICT (tunnel_id) DO UPDATE SET username = excluded.username,
                  password_hash = excluded.password_hash""")
                .params(tunnelId, tenantId, username, passwords.encode(password))
                .update();
    }

    /** Asks visitors for no login any more. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void remove(UUID tunnelId) {
        jdbc.sql("DELETE FROM visitor_logins WHERE tunnel_id = ?")
                .param(tunnelId)
                .update();
    }

    /**
     * Compares what a visitor sent, Base64 of {@code name:password}. Slow the first time.
     *
     * @throws ProblemException with a challenge if it is missing or not right; SERVICE_UNAVAILABLE if too many are compared
     */
    void require(Login login, Optional<String> sent) {
        String credentials = sent.flatMap(VisitorLogins::decoded).orElseThrow(VisitorLogins::challenge);
        byte[] digest = hmac.of(login.passwordHash() + ' ' + credentials);
        byte[] known = right.get(login.passwordHash());
        if (known != null && MessageDigest.isEqual(known, digest)) {
            return;
        }
        int colon = credentials.indexOf(':');
        if (colon < 0
                || !credentials.substring(0, colon).equals(login.username())
                || !matches(credentials.substring(colon + 1), login.passwordHash())) {
            throw challenge();
        }
        if (right.size() >= MAX_REMEMBERED) {
            right.clear();
        }
        right.put(login.passwordHash(), digest);
    }

    private boolean matches(String password, String hash) {
        try {
            if (!comparisons.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
        try {
            return passwords.matches(password, hash);
        } finally {
            comparisons.release();
        }
    }

    private static ProblemException busy() {
        return new ProblemException(
                        ProblemCode.SERVICE_UNAVAILABLE, "Too many visitors show a password at this moment. Try again.")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    private static Optional<String> decoded(String base64) {
        try {
            return Optional.of(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static ProblemException challenge() {
        return new ProblemException(
                        ProblemCode.AUTHENTICATION_FAILED, "Send the name and password of this tunnel (HTTP Basic).")
                .withHeader("WWW-Authenticate", "Basic realm=\"tunnel\", charset=\"UTF-8\"");
    }
}
