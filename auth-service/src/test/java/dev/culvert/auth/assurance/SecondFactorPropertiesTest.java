package dev.culvert.auth.assurance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SecondFactorPropertiesTest {

    @Test
    void hasTheseDefaults() {
        SecondFactorProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.second-factor", Bindable.of(SecondFactorProperties.class));

        assertThat(properties).isEqualTo(new SecondFactorProperties(true, Duration.ofMinutes(5), "Culvert"));
    }
}
