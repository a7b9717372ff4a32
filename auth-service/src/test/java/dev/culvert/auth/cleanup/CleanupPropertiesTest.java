package dev.culvert.auth.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class CleanupPropertiesTest {

    @Test
    void hasTheseDefaults() {
        CleanupProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.cleanup", Bindable.of(CleanupProperties.class));

        assertThat(properties).isEqualTo(new CleanupProperties(Duration.ofMinutes(1), 500, 20));
    }
}
