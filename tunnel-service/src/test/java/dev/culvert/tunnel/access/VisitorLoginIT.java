package dev.culvert.tunnel.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.secret.Hmac;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.access.VisitorLogins.Login;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.password.PasswordEncoder;

class VisitorLoginIT extends RunningTunnelService {
    private final CountDownLatch comparing = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Hmac hmac;

    /** Takes its time for wrong passwords. */
    private final PasswordEncoder slow = new PasswordEncoder() {
        @Override
        public String encode(CharSequence password) {
            return password.toString();
        }

        @Override
        public boolean matches(CharSequence password, String encoded) {
            if (encoded.contentEquals(password)) {
                return true;
            }
            comparing.countDown();
            try {
                return !go.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    };

    private static Optional<String> sent(String password) {
        return Optional.of(Base64.getEncoder().encodeToString(("guest:" + password).getBytes(StandardCharsets.UTF_8)));
    }

    private static ProblemCode refusal(VisitorLogins logins, Login login, String password) {
        try {
            logins.require(login, sent(password));
            throw new AssertionError("Let in with " + password);
        } catch (ProblemException refused) {
            return refused.code();
        }
    }

    /** Guessing costs a processor for a tenth of a second each time. */
    @Test
    void comparesNoMorePasswordsAtOnceThanTheProcessorHasRoomFor() throws Exception {
        VisitorLogins logins = new VisitorLogins(jdbc, hmac, slow, 1, Duration.ofMillis(1));
        Login login = new Login("guest", "right");
        logins.require(login, sent("right"));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> refusal(logins, login, "guess"));
            assertThat(comparing.await(30, TimeUnit.SECONDS)).isTrue();

            assertThat(refusal(logins, login, "another guess")).isEqualTo(ProblemCode.SERVICE_UNAVAILABLE);
            logins.require(login, sent("right"));
            go.countDown();

            assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(ProblemCode.AUTHENTICATION_FAILED);
        }
        assertThatThrownBy(() -> logins.require(login, Optional.empty())).isInstanceOf(ProblemException.class);
    }
}
