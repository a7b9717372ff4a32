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

    @Test
    void keepsHoursForNinetyDaysAndDaysForTwoYears() {
        assertThat(bind(Map.of()).hoursKept()).isEqualTo(Duration.ofDays(90));
        assertThat(bind(Map.of()).daysKept()).isEqualTo(Duration.ofDays(730));
        assertThat(bind(Map.of()).purgeInterval()).isEqualTo(Duration.ofHours(1));
        UsageProperties set = bind(Map.of(
                "culvert.tunnel.usage.hours-kept", "120d",
                "culvert.tunnel.usage.days-kept", "365d",
                "culvert.tunnel.usage.purge-interval", "10m"));
        assertThat(set.hoursKept()).isEqualTo(Duration.ofDays(120));
        assertThat(set.daysKept()).isEqualTo(Duration.ofDays(365));
        assertThat(set.purgeInterval()).isEqualTo(Duration.ofMinutes(10));
    }

    private static UsageProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("culvert.tunnel.usage", UsageProperties.class);
    }
}
