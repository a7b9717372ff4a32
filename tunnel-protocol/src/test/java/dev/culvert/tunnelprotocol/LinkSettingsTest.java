package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LinkSettingsTest {
    @Test
    void pinsTheDefaults() {
        assertThat(LinkSettings.DEFAULTS)
                .isEqualTo(new LinkSettings(
                        65_536, 2_097_152, 512, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(10)));
    }

    @Test
    void refusesTimesOutOfOrder() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkSettings(
                        65_535, 65_535, 1, Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(10)));
    }

    @Test
    void refusesAConnectionWindowBelowAStreams() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinkSettings(
                        131_072, 65_535, 1, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(10)));
    }
}
