package dev.culvert.webhook.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.identity.Tier;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Pins every key and default of {@link EndpointProperties} (X-19 for the numbers). */
class EndpointPropertiesTest {
    @Test
    void defaults() {
        EndpointProperties properties = bind(Map.of());

        assertThat(properties.maxFor(Tier.FREE)).hasValue(2);
        assertThat(properties.maxFor(Tier.PREMIUM)).hasValue(20);
        assertThat(properties.maxFor(Tier.ENTERPRISE)).isEmpty();
        assertThat(properties.secretOverlap()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void keys() {
        EndpointProperties properties = bind(Map.of(
                "culvert.webhook.endpoint.max-per-tenant.enterprise", "500",
                "culvert.webhook.endpoint.secret-overlap", "10m"));

        assertThat(properties).isEqualTo(new EndpointProperties(Map.of(Tier.ENTERPRISE, 500), Duration.ofMinutes(10)));
    }

    private static EndpointProperties bind(Map<String, String> source) {
        return new Binder(new MapConfigurationPropertySource(source))
                .bindOrCreate("culvert.webhook.endpoint", EndpointProperties.class);
    }
}
