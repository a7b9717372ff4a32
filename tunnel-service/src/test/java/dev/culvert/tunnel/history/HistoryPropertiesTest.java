package dev.culvert.tunnel.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class HistoryPropertiesTest {
    @Test
    void publishesSumsOnceAMinuteUnlessToldOtherwise() {
        assertThat(bind(Map.of()).announceInterval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(bind(Map.of("culvert.tunnel.history.announce-interval", "5s"))
                        .announceInterval())
                .isEqualTo(Duration.ofSeconds(5));
    }

    private static HistoryProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("culvert.tunnel.history", HistoryProperties.class);
    }
}
