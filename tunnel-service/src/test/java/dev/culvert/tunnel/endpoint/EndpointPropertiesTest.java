package dev.culvert.tunnel.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class EndpointPropertiesTest {
    @Test
    void hasTheseDefaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new EndpointProperties(
                        Duration.ofSeconds(1),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15)));
    }

    @Test
    void hasTheseKeys() {
        assertThat(bind(Map.of(
                        "culvert.tunnel.endpoint.refresh", "1m",
                        "culvert.tunnel.endpoint.look", "2m",
                        "culvert.tunnel.endpoint.check-timeout", "3m",
                        "culvert.tunnel.endpoint.doubt-interval", "4m",
                        "culvert.tunnel.endpoint.agents-return", "5m")))
                .isEqualTo(new EndpointProperties(
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(3),
                        Duration.ofMinutes(4),
                        Duration.ofMinutes(5)));
    }

    private static EndpointProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("culvert.tunnel.endpoint", EndpointProperties.class);
    }
}
