package dev.culvert.gateway.version;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.gateway.version.VersionProperties.DeprecatedOperation;
import dev.culvert.gateway.version.VersionProperties.SupportedVersion;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is promised about dates: twelve months of life, six months of notice. */
class VersionPropertiesTest {
    private static final LocalDate RELEASED = LocalDate.parse("2026-11-22");

    @Test
    void refusesAVersionThatDiesTooYoung() {
        assertThatThrownBy(() -> version(RELEASED, RELEASED.plusMonths(12).minusDays(1)))
                .hasMessageContaining("live for 12 months");
    }

    @Test
    void refusesAnEndToldTooLate() {
        LocalDate sunset = RELEASED.plusYears(2);

        assertThatThrownBy(() -> version(sunset.minusMonths(6).plusDays(1), sunset))
                .hasMessageContaining("announced 6 months before");
        assertThatThrownBy(() -> new DeprecatedOperation(
                        "x", "/api/v1/x", Optional.empty(), sunset.minusMonths(5), sunset, Optional.empty(), "Guide."))
                .hasMessageContaining("announced 6 months before");
    }

    @Test
    void refusesACurrentVersionThatIsNotServed() {
        assertThatThrownBy(() -> new VersionProperties(3, List.of(), List.of())).hasMessageContaining("version 3");
    }

    private static SupportedVersion version(LocalDate deprecatedSince, LocalDate sunset) {
        return new SupportedVersion(1, RELEASED, Optional.of(deprecatedSince), Optional.of(sunset));
    }
}
