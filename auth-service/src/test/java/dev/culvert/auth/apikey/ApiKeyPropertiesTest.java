package dev.culvert.auth.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ApiKeyPropertiesTest {

    @Test
    void hasTheseDefaults() {
        ApiKeyProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.api-key", Bindable.of(ApiKeyProperties.class));

        assertThat(properties)
                .isEqualTo(new ApiKeyProperties(
                        "live",
                        Duration.ofMinutes(5),
                        100,
                        10,
                        Duration.ofHours(24),
                        Duration.ofDays(365),
                        Duration.ofSeconds(30),
                        Duration.ofHours(1),
                        Duration.ofSeconds(15)));
    }
}
