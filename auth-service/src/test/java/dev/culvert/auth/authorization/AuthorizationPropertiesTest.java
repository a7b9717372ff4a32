package dev.culvert.auth.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class AuthorizationPropertiesTest {

    @Test
    void hasTheseDefaults() {
        AuthorizationProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.authorization", Bindable.of(AuthorizationProperties.class));

        assertThat(properties)
                .isEqualTo(new AuthorizationProperties(
                        "http://127.0.0.1:8080",
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(10)));
    }
}
