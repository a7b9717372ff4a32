package dev.culvert.admin.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Pins every key and default of {@link SystemProperties}. */
class SystemPropertiesTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of("culvert.admin.system.services.auth", "http://127.0.0.1:8081")))
                .isEqualTo(new SystemProperties(
                        Map.of("auth", URI.create("http://127.0.0.1:8081")), Duration.ofSeconds(2)));
    }

    @Test
    void keys() {
        assertThat(bind(Map.of(
                                "culvert.admin.system.services.auth", "http://127.0.0.1:8081",
                                "culvert.admin.system.timeout", "3s"))
                        .timeout())
                .isEqualTo(Duration.ofSeconds(3));
    }

    private static SystemProperties bind(Map<String, String> source) {
        return new Binder(new MapConfigurationPropertySource(source))
                .bind("culvert.admin.system", SystemProperties.class)
                .get();
    }
}
