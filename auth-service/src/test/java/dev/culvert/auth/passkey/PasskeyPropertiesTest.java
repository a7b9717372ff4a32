package dev.culvert.auth.passkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PasskeyPropertiesTest {

    @Test
    void hasTheseDefaults() {
        assertThat(bound(Map.of()))
                .isEqualTo(new PasskeyProperties(
                        URI.create("http://127.0.0.1:8080"), "Culvert", Duration.ofMinutes(5), 20));
    }

    @ParameterizedTest
    @CsvSource({
        "https://Culvert.example.org/, culvert.example.org, https://culvert.example.org",
        "https://example.org:8443/base, example.org, https://example.org:8443",
        "http://localhost:8080, localhost, http://localhost:8080"
    })
    void bindsPasskeysToTheHostAndOriginOfThePublicUrl(String url, String relyingParty, String origin) {
        PasskeyProperties properties = bound(Map.of("culvert.auth.passkey.public-url", url));

        assertThat(properties.relyingParty()).isEqualTo(relyingParty);
        assertThat(properties.origin()).isEqualTo(origin);
    }

    @Test
    void doesNotStartWithoutAHost() {
        assertThatThrownBy(() -> bound(Map.of("culvert.auth.passkey.public-url", "culvert")))
                .rootCause()
                .hasMessageContaining("needs a scheme and a host");
    }

    private static PasskeyProperties bound(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("culvert.auth.passkey", Bindable.of(PasskeyProperties.class));
    }
}
