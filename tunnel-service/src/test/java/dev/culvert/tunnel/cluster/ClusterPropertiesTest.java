package dev.culvert.tunnel.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ClusterPropertiesTest {
    private static ClusterProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("culvert.tunnel.cluster", ClusterProperties.class);
    }

    @Test
    void hasDefaultsForOneMachine() {
        assertThat(bind(Map.of()))
                .isEqualTo(new ClusterProperties(
                        true,
                        "redis://127.0.0.1:6379",
                        false,
                        "",
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(3),
                        Duration.ZERO,
                        Duration.ofSeconds(10)));
    }

    @Test
    void refusesALeaseThatOneLateHeartbeatWouldEnd() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterProperties(
                        true,
                        "redis://r",
                        false,
                        "",
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(3),
                        Duration.ZERO,
                        Duration.ZERO));
    }
}
