package dev.culvert.webhook.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UnderWayTest {
    private static final UUID SLOW = UUID.randomUUID();
    private static final UUID OTHER = UUID.randomUUID();

    private final UnderWay underWay = new UnderWay(3, 2);

    @Test
    void countsByEndpointAndInAll() {
        underWay.begin(SLOW);
        underWay.begin(SLOW);
        underWay.begin(OTHER);

        assertThat(underWay.byEndpoint()).isEqualTo(Map.of(SLOW, 2, OTHER, 1));
        assertThat(underWay.room()).isZero();
    }

    @Test
    void tellsWhenAPlaceBecameFreeThatOthersMayWaitFor() {
        underWay.begin(SLOW);
        assertThat(underWay.end(SLOW)).isFalse();

        underWay.begin(SLOW);
        underWay.begin(SLOW);
        assertThat(underWay.end(SLOW)).isTrue();
        assertThat(underWay.byEndpoint()).isEqualTo(Map.of(SLOW, 1));
    }

    @Test
    void waitsUntilNoneIsUnderWay() throws InterruptedException {
        underWay.begin(SLOW);
        assertThat(underWay.awaitNone(Duration.ofMillis(20))).isFalse();

        Thread.ofVirtual().start(() -> underWay.end(SLOW));
        assertThat(underWay.awaitNone(Duration.ofSeconds(5))).isTrue();
    }
}
