package dev.culvert.auth.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class LockoutPropertiesTest {

    @Test
    void hasTheseDefaults() {
        LockoutProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.lockout", Bindable.of(LockoutProperties.class));

        assertThat(properties)
                .isEqualTo(new LockoutProperties(
                        5,
                        Duration.ofMinutes(15),
                        Duration.ofMinutes(30),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5),
                        5));
    }
}
