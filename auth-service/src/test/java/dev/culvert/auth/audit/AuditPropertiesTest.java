package dev.culvert.auth.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class AuditPropertiesTest {

    @Test
    void hasTheseDefaults() {
        AuditProperties properties = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("culvert.auth.audit", Bindable.of(AuditProperties.class));

        assertThat(properties).isEqualTo(new AuditProperties(Duration.ofDays(2557), Duration.ofDays(90)));
    }
}
