package dev.culvert.auth.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PasswordPropertiesTest {

    @Test
    void hasTheseDefaults() {
        PasswordProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.password", Bindable.of(PasswordProperties.class));

        assertThat(properties).isEqualTo(new PasswordProperties(12, 0, Duration.ofSeconds(3), 200));
    }
}
