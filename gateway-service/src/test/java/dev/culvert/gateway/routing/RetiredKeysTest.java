package dev.culvert.gateway.routing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class RetiredKeysTest {
    @Test
    void stopsTheStartOverASettingThatWouldBeIgnored() {
        assertThatThrownBy(() -> new RetiredKeys(with("spring.cloud.gateway.httpclient.connect-timeout")))
                .hasMessageContaining("spring.cloud.gateway.server.webflux.httpclient.connect-timeout");
    }

    @Test
    void doesNotMindThoseThatAreRead() {
        assertThatCode(() -> new RetiredKeys(with("spring.cloud.gateway.server.webflux.metrics.enabled")))
                .doesNotThrowAnyException();
    }

    private static StandardEnvironment with(String key) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("file", Map.of(key, "1")));
        return environment;
    }
}
