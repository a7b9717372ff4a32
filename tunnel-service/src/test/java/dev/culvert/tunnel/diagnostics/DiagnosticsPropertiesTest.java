package dev.culvert.tunnel.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class DiagnosticsPropertiesTest {
    @Test
    void hasTheseDefaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new DiagnosticsProperties(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        1_000,
                        60,
                        Duration.ofDays(90),
                        Duration.ofHours(1)));
    }

    @Test
    void hasTheseKeys() {
        assertThat(bind(Map.of(
                        "culvert.tunnel.diagnostics.flush-interval", "2s",
                        "culvert.tunnel.diagnostics.latency-flush-interval", "3s",
                        "culvert.tunnel.diagnostics.errors-at-once", "4",
                        "culvert.tunnel.diagnostics.errors-per-minute", "7",
                        "culvert.tunnel.diagnostics.kept", "5d",
                        "culvert.tunnel.diagnostics.purge-interval", "6m")))
                .isEqualTo(new DiagnosticsProperties(
                        Duration.ofSeconds(2), Duration.ofSeconds(3), 4, 7, Duration.ofDays(5), Duration.ofMinutes(6)));
    }

    private static DiagnosticsProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("culvert.tunnel.diagnostics", DiagnosticsProperties.class);
    }
}
