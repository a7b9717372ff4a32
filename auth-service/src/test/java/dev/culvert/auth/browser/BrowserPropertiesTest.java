package dev.culvert.auth.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class BrowserPropertiesTest {

    @Test
    void hasTheseDefaults() {
        BrowserProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.browser", Bindable.of(BrowserProperties.class));

        assertThat(properties)
                .isEqualTo(new BrowserProperties(
                        URI.create("http://127.0.0.1:8080"), Duration.ofMinutes(30), Duration.ofMinutes(10)));
    }
}
