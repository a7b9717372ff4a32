package dev.culvert.auth.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private final Passwords passwords =
            new Passwords(new PasswordProperties(10, 1, Duration.ofMillis(50), 200), new SimpleMeterRegistry());

    /** S1.18: two 90-byte passwords that differ in the last byte are different. */
    @Test
    void readsEveryCharacterOfALongPassword() {
        String long1 = "Aa1-" + "x".repeat(86);
        String long2 = long1.substring(0, 89) + "y";

        String hash = passwords.hash(long1);

        assertThat(hash).startsWith("{bcrypt-hmac}$2a$10$");
        assertThat(passwords.matches(long1, hash)).isTrue();
        assertThat(passwords.matches(long2, hash)).isFalse();
    }

    @Test
    void takesTheSameLettersFromAnyKeyboard() {
        String hash = passwords.hash("Caf\u00e9-1-Bar");

        assertThat(passwords.matches("Cafe\u0301-1-Bar", hash)).isTrue();
    }

    /** S1.6: the hash for unknown names is a real one, so it costs the same. */
    @Test
    void worksAsHardForNobody() {
        String real = passwords.hash("Correct-Horse-7");

        assertThat(passwords.nobodysHash()).hasSameSizeAs(real);
        assertThat(passwords.nobodysHash()).matches("\\{bcrypt-hmac}\\$2a\\$10\\$[./A-Za-z0-9]{53}");
        assertThat(real).matches("\\{bcrypt-hmac}\\$2a\\$10\\$[./A-Za-z0-9]{53}");
    }

    @Test
    void replacesAHashOfAnotherCostOrKind() {
        String real = passwords.hash("Correct-Horse-7");

        assertThat(passwords.outdated(real)).isFalse();
        assertThat(passwords.outdated(real.replace("$10$", "$12$"))).isTrue();
        assertThat(passwords.outdated(real.replace("{bcrypt-hmac}", "{bcrypt}")))
                .isTrue();
    }

    @Test
    void sendsAwayWhoWouldWaitTooLong() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Thread first = Thread.ofVirtual()
                .start(() -> passwords.inTurn(() -> {
                    inside.countDown();
                    return awaited(done);
                }));
        inside.await();

        assertThatThrownBy(() -> passwords.hash("Correct-Horse-7"))
                .isInstanceOfSatisfying(ProblemException.class, problem -> {
                    assertThat(problem.code()).isEqualTo(ProblemCode.SERVICE_UNAVAILABLE);
                    assertThat(problem.retryAfter()).isPresent();
                });
        done.countDown();
        first.join();
        assertThat(passwords.inTurn(() -> "free again")).isEqualTo("free again");
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
