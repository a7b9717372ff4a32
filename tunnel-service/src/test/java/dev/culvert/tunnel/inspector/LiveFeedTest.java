package dev.culvert.tunnel.inspector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.inspector.LiveFeed.LiveEvent;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class LiveFeedTest {
    private final UUID tunnel = UUID.randomUUID();
    private final LiveFeed feed = new LiveFeed(
            new Binder(new MapConfigurationPropertySource(Map.of("i.watchers-per-tunnel", "2", "i.watchers", "3")))
                    .bindOrCreate("i", InspectorProperties.class));

    private void isFull(UUID tunnelId) {
        assertThatThrownBy(() -> feed.subscribe(tunnelId))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.code()).isEqualTo(ProblemCode.TOO_MANY_STREAMS));
    }

    @Test
    void letsAsManyWatchOneTunnelAsMay() throws Exception {
        var first = feed.subscribe(tunnel);
        var second = feed.subscribe(tunnel);
        isFull(tunnel);

        first.close();
        first.close();

        var third = feed.subscribe(tunnel);
        isFull(tunnel);
        LiveEvent event = new LiveEvent("request", Map.of());
        feed.publish(tunnel, event);
        assertThat(second.next(1)).contains(event);
        assertThat(third.next(1)).contains(event);
        assertThat(first.next(1)).isEmpty();
    }

    @Test
    void letsAsManyWatchAllTunnelsAsMay() {
        feed.subscribe(tunnel);
        feed.subscribe(UUID.randomUUID());
        var last = feed.subscribe(UUID.randomUUID());
        isFull(tunnel);

        last.close();

        feed.subscribe(tunnel);
        isFull(UUID.randomUUID());
    }
}
