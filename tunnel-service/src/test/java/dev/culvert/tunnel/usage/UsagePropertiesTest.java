package dev.culvert.tunnel.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class UsagePropertiesTest {
    @Test
    void storesMeasuredTrafficEachSecondUnlessToldOtherwise() {
        assertThat(bind(Map.of()).flushInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(bind(Map.of("culvert.tunnel.usage.flush-interval", "250ms")).flushInterval())
                .isEqualTo(Duration.ofMillis(250));
    }

    private static UsageProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("culvert.tunnel.usage", UsageProperties.class);
    }
}
