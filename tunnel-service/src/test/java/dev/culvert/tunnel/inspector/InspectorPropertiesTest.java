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
                        16,
                        1000,
                        Duration.ofSeconds(25)));
    }

    @Test
    void hasTheseKeys() {
        assertThat(bind(Map.ofEntries(
                        Map.entry("culvert.tunnel.inspector.requests-per-tunnel", "1"),
                        Map.entry("culvert.tunnel.inspector.memory", "2MB"),
                        Map.entry("culvert.tunnel.inspector.body-limit", "3KB"),
                        Map.entry("culvert.tunnel.inspector.decoded-limit", "4KB"),
                        Map.entry("culvert.tunnel.inspector.chunks-per-request", "5"),
                        Map.entry("culvert.tunnel.inspector.settings-refresh", "6s"),
                        Map.entry("culvert.tunnel.inspector.heartbeat", "7s"),
                        Map.entry("culvert.tunnel.inspector.stream-length", "8s"),
                        Map.entry("culvert.tunnel.inspector.watchers-per-tunnel", "10"),
                        Map.entry("culvert.tunnel.inspector.watchers", "11"),
                        Map.entry("culvert.tunnel.inspector.replay-timeout", "9s"))))
                .isEqualTo(new InspectorProperties(
                        1,
                        DataSize.ofMegabytes(2),
                        DataSize.ofKilobytes(3),
                        DataSize.ofKilobytes(4),
                        5,
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(8),
                        10,
                        11,
                        Duration.ofSeconds(9)));
    }

    private static InspectorProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("culvert.tunnel.inspector", InspectorProperties.class);
    }
}
