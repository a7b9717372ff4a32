package dev.culvert.tunnel.inspector;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class InspectorPropertiesTest {
    @Test
    void hasTheseDefaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new InspectorProperties(
                        100,
                        DataSize.ofMegabytes(32),
                        DataSize.ofKilobytes(64),
                        DataSize.ofMegabytes(1),
                        500,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(15),
                        Duration.ofSeconds(25)));
    }

    @Test
    void hasTheseKeys() {
        assertThat(bind(Map.of(
                        "culvert.tunnel.inspector.requests-per-tunnel", "1",
                        "culvert.tunnel.inspector.memory", "2MB",
                        "culvert.tunnel.inspector.body-limit", "3KB",
                        "culvert.tunnel.inspector.decoded-limit", "4KB",
                        "culvert.tunnel.inspector.chunks-per-request", "5",
                        "culvert.tunnel.inspector.settings-refresh", "6s",
                        "culvert.tunnel.inspector.heartbeat", "7s",
                        "culvert.tunnel.inspector.stream-length", "8s",
                        "culvert.tunnel.inspector.replay-timeout", "9s")))
                .isEqualTo(new InspectorProperties(
                        1,
                        DataSize.ofMegabytes(2),
                        DataSize.ofKilobytes(3),
                        DataSize.ofKilobytes(4),
                        5,
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(9)));
    }

    private static InspectorProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("culvert.tunnel.inspector", InspectorProperties.class);
    }
}
