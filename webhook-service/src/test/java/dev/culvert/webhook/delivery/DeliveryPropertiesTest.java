package dev.culvert.webhook.delivery;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

/** Pins every key and default of {@link DeliveryProperties} (X-5 and S3.28 for the waits, R10.2 for the time of a try). */
class DeliveryPropertiesTest {
    @Test
    void defaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(new DeliveryProperties(
                        List.of(
                                Duration.ZERO,
                                Duration.ofSeconds(60),
                                Duration.ofSeconds(300),
                                Duration.ofSeconds(900)),
                        List.of(
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(300),
                                Duration.ofSeconds(3600)),
                        0.05,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(3),
                        Duration.ofHours(1),
                        512,
                        4,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(8),
                        DataSize.ofKilobytes(2)));
    }

    @Test
    void keys() {
        assertThat(bind(Map.ofEntries(
                        entry("culvert.webhook.delivery.standard-waits", "1s,2s"),
                        entry("culvert.webhook.delivery.extended-waits", "3s"),
                        entry("culvert.webhook.delivery.jitter", "0.01"),
                        entry("culvert.webhook.delivery.attempt-timeout", "4s"),
                        entry("culvert.webhook.delivery.connect-timeout", "11s"),
                        entry("culvert.webhook.delivery.max-retry-after", "5s"),
                        entry("culvert.webhook.delivery.concurrency", "6"),
                        entry("culvert.webhook.delivery.concurrency-per-endpoint", "7"),
                        entry("culvert.webhook.delivery.poll-interval", "8s"),
                        entry("culvert.webhook.delivery.lease-margin", "9s"),
                        entry("culvert.webhook.delivery.stop-timeout", "10s"),
                        entry("culvert.webhook.delivery.response-excerpt", "10B"))))
                .isEqualTo(new DeliveryProperties(
                        List.of(Duration.ofSeconds(1), Duration.ofSeconds(2)),
                        List.of(Duration.ofSeconds(3)),
                        0.01,
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(11),
                        Duration.ofSeconds(5),
                        6,
                        7,
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(10),
                        DataSize.ofBytes(10)));
    }

    static DeliveryProperties bind(Map<String, String> source) {
        return new Binder(new MapConfigurationPropertySource(source))
                .bindOrCreate("culvert.webhook.delivery", DeliveryProperties.class);
    }
}
