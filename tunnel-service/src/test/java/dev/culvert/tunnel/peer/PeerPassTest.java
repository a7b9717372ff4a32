package dev.culvert.tunnel.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class PeerPassTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private final PeerPass a = pass("replica-a", "key", NOW);
    private final PeerPass b = pass("replica-b", "key", NOW);

    private static PeerPass pass(String self, String key, Instant now) {
        return new PeerPass(self, text -> digest(key + text), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void letsTwoReplicasRecogniseEachOther() {
        PeerPass.Issued issued = a.issue("replica-b");

        assertThat(b.accept(issued.authorization())).hasValueSatisfying(accepted -> {
            assertThat(accepted.from()).isEqualTo("replica-a");
            assertThat(accepted.proof()).isEqualTo(issued.proof());
        });
    }

    @Test
    void isGoodOnce() {
        PeerPass.Issued issued = a.issue("replica-b");

        assertThat(b.accept(issued.authorization())).isPresent();
        assertThat(b.accept(issued.authorization())).isEmpty();
    }

    @Test
    void isGoodForOneReplica() {
        assertThat(pass("replica-c", "key", NOW).accept(a.issue("replica-b").authorization()))
                .isEmpty();
    }

    @Test
    void needsTheKeyOfTheInstallation() {
        PeerPass.Issued issued = pass("replica-a", "other key", NOW).issue("replica-b");

        assertThat(b.accept(issued.authorization())).isEmpty();
        assertThat(PeerPass.ofNobody("replica-b", Clock.fixed(NOW, ZoneOffset.UTC))
                        .accept(a.issue("replica-b").authorization()))
                .isEmpty();
    }

    /** Failure 12 of the list: clocks that differ by five minutes do no harm. */
    @Test
    void allowsForClocksThatDifferButNotForOldPasses() {
        String authorization = a.issue("replica-b").authorization();

        assertThat(pass("replica-b", "key", NOW.plus(Duration.ofMinutes(5))).accept(authorization))
                .isPresent();
        assertThat(pass("replica-b", "key", NOW.minus(Duration.ofMinutes(5))).accept(authorization))
                .isPresent();
        assertThat(pass("replica-b", "key", NOW.plus(Duration.ofMinutes(11))).accept(authorization))
                .isEmpty();
    }

    @Test
    void refusesWhatIsNoPass() {
        for (String nonsense :
                new String[] {"", "Bearer x", "Culvert-Peer ", "Culvert-Peer v1.a.b.c.d.e", "Culvert-Peer v1"}) {
            assertThat(b.accept(nonsense)).isEmpty();
        }
        assertThat(b.accept(null)).isEmpty();
    }
}
