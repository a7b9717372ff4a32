package dev.culvert.auth.application;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ApplicationPropertiesTest {

    @Test
    void hasTheseDefaults() {
        ApplicationProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.application", Bindable.of(ApplicationProperties.class));

        assertThat(properties).isEqualTo(new ApplicationProperties(50, false));
    }
}
