package dev.culvert.tunnel.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The keys operators write and what holds when they write none. */
class ReplicaPropertiesTest {
    @Test
    void hasDefaultsForAllButTheReplicasName() {
        ReplicaProperties properties = bind(Map.of("culvert.tunnel.replica.name", "a"));

        assertThat(properties).isEqualTo(new ReplicaProperties("a", Duration.ofSeconds(5), Duration.ofSeconds(20)));
    }

    @Test
    void readsEveryKey() {
        ReplicaProperties properties = bind(Map.of(
                "culvert.tunnel.replica.name", "a",
                "culvert.tunnel.replica.sweep-interval", "1s",
                "culvert.tunnel.replica.dead-after", "9s"));

        assertThat(properties).isEqualTo(new ReplicaProperties("a", Duration.ofSeconds(1), Duration.ofSeconds(9)));
    }

    private static ReplicaProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bind("culvert.tunnel.replica", ReplicaProperties.class)
                .get();
    }
}
