package dev.culvert.tunnel.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.endpoint.Health.Status;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

    private static Instant after(int seconds) {
        return START.plusSeconds(seconds);
    }

    @Test
    void isUnhealthyAfterThreeFailures() {
        Health two = Health.unknown(START).failed("timeout", after(1)).failed("timeout", after(2));
        Health three = two.failed("unreachable", after(3));

        assertThat(two.status()).isEqualTo(Status.UNKNOWN);
        assertThat(two.inDoubt()).isTrue();
        assertThat(three.status()).isEqualTo(Status.UNHEALTHY);
        assertThat(three.reason()).isEqualTo("unreachable");
        assertThat(three.inDoubt()).isFalse();
    }

    @Test
    void takesOneFailureBackWithEachSuccess() {
        Health failing = Health.unknown(START).failed("timeout", after(1)).failed("timeout", after(2));

        assertThat(failing.succeeded(after(3)).failures()).isEqualTo(1);
        assertThat(failing.succeeded(after(3)).succeeded(after(4)).status()).isEqualTo(Status.HEALTHY);
    }

    @Test
    void staysUnhealthyUntilAllFailuresAreTakenBack() {
        Health unhealthy = unhealthy();

        Health nearly = unhealthy.succeeded(after(4)).succeeded(after(5));

        assertThat(nearly.status()).isEqualTo(Status.UNHEALTHY);
        assertThat(nearly.succeeded(after(6)).status()).isEqualTo(Status.HEALTHY);
        assertThat(nearly.succeeded(after(6)).recoveredAt()).contains(after(6));
    }

    @Test
    void isHealthyAgainWithTheFirstCheckThatSucceeds() {
        Health healthy = unhealthy().passed(after(4));

        assertThat(healthy.status()).isEqualTo(Status.HEALTHY);
        assertThat(healthy.failures()).isZero();
        assertThat(healthy.checkedAt()).contains(after(4));
        assertThat(healthy.recoveredAt()).contains(after(4));
        assertThat(healthy.passed(after(9)).recoveredAt()).contains(after(4));
    }

    @Test
    void hasNotRecoveredWhileItNeverWasUnhealthy() {
        assertThat(Health.unknown(START)
                        .failed("timeout", after(1))
                        .passed(after(2))
                        .recoveredAt())
                .isEmpty();
    }

    @Test
    void isUnknownAfterItsAgentCameBack() {
        Health gone = Health.unknown(START).passed(after(1)).gone(after(2));
        Health back = gone.reset(after(3));

        assertThat(gone.unhealthy()).isTrue();
        assertThat(gone.agentOffline()).isTrue();
        assertThat(back.status()).isEqualTo(Status.UNKNOWN);
        assertThat(back.agentOffline()).isFalse();
        assertThat(back.recoveredAt()).contains(after(3));
    }

    @Test
    void isTheSameWhileAllIsWell() {
        Health well = Health.unknown(START).passed(after(1));

        assertThat(well.succeeded(after(2))).isSameAs(well);
    }

    private static Health unhealthy() {
        return Health.unknown(START)
                .failed("timeout", after(1))
                .failed("timeout", after(2))
                .failed("timeout", after(3));
    }
}
