package dev.culvert.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class TokenPropertiesTest {

    @Test
    void hasTheseDefaults() {
        TokenProperties properties = new Binder(new MapConfigurationPropertySource(
                        Map.of("culvert.auth.token.issuer", "https://culvert.example.org")))
                .bindOrCreate("culvert.auth.token", Bindable.of(TokenProperties.class));

        assertThat(properties)
                .isEqualTo(new TokenProperties(
                        "https://culvert.example.org",
                        Duration.ofMinutes(30),
                        Duration.ofMinutes(15),
                        Duration.ofDays(7),
                        Duration.ofMinutes(30),
                        Duration.ofDays(30),
                        Duration.ofSeconds(10),
                        Duration.ofDays(30)));
    }
}
