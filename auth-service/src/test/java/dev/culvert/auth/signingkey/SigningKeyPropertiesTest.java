package dev.culvert.auth.signingkey;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SigningKeyPropertiesTest {

    @Test
    void hasTheseDefaults() {
        SigningKeyProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.signing-key", Bindable.of(SigningKeyProperties.class));

        assertThat(properties)
                .isEqualTo(new SigningKeyProperties(
                        Duration.ofDays(30), Duration.ofHours(1), Duration.ofHours(25), Duration.ofMinutes(1)));
    }
}
