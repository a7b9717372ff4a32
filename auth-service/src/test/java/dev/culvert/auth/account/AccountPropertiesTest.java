package dev.culvert.auth.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class AccountPropertiesTest {

    @Test
    void hasTheseDefaults() {
        AccountProperties properties = new Binder(new MapConfigurationPropertySource(
                        Map.of("culvert.auth.account.public-url", "https://culvert.example.org")))
                .bindOrCreate("culvert.auth.account", Bindable.of(AccountProperties.class));

        assertThat(properties)
                .isEqualTo(new AccountProperties(
                        URI.create("https://culvert.example.org"),
                        Duration.ofHours(24),
                        Duration.ofMinutes(1),
                        Duration.ofHours(1),
                        Duration.ofMinutes(1),
                        ""));
    }
}
