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
                .isEqualTo(new ApiKeyProperties("live", Duration.ofMinutes(5), 100, Duration.ofSeconds(30)));
    }
}
