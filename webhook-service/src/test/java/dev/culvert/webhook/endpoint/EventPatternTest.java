package dev.culvert.webhook.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.event.EventType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventPatternTest {
    @Test
    void anEventIsMatchedByItsNameItsFamilyAndEverything() {
        assertThat(EventPattern.matching(EventType.TUNNEL_STATUS_CHANGED))
                .containsExactly("tunnel.status_changed", "tunnel.*", "*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "tunnel.*", "tunnel.created", "user.*", "api_key.revoked", "usage.tunnel_traffic"})
    void knowsNamesFamiliesAndEverything(String pattern) {
        assertThat(EventPattern.isKnown(pattern)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "tunnel", "tunnel.", "tunnel.crea*", "t*", "TUNNEL.*", "tunnel.*.*", "nothing.*", "*.*"})
    void refusesWhatMatchesNothing(String pattern) {
        assertThat(EventPattern.isKnown(pattern)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"webhook.*", "webhook.created", "webhook.delivery_failed"})
    void eventsOfWebhooksCannotBeSubscribedTo(String pattern) {
        assertThat(EventPattern.isKnown(pattern)).isFalse();
    }
}
