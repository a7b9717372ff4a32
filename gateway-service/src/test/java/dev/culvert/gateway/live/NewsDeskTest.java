package dev.culvert.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NewsDeskTest {
    private final NewsDesk desk =
            new NewsDesk(new LiveProperties("127.0.0.1:1", Duration.ofSeconds(1), 10, Duration.ofSeconds(1), 256));
    private final UUID user = UUID.randomUUID();

    private News news(String id) {
        return new News(id, "tunnel.updated", "tunnels:read", user, "{}", 0);
    }

    @Test
    void forgetsAReaderWhoLeftBeforeReading() {
        NewsDesk.Subscription gone = desk.subscribe(user, _ -> true, Optional.empty());
        NewsDesk.Subscription stays = desk.subscribe(user, _ -> true, Optional.empty());

        gone.end().run();

        assertThat(desk.readers(user)).isEqualTo(1);
        desk.publish(news("t0-1"));
        desk.close();
        assertThat(stays.coming().map(News::id).collectList().block()).isEqualTo(List.of("t0-1"));
    }

    @Test
    void repeatsWhatAReaderMissed() {
        desk.publish(news("t0-1"));
        desk.publish(news("t0-2"));

        assertThat(desk.subscribe(user, _ -> true, Optional.of("t0-1")).missed())
                .extracting(News::id)
                .containsExactly("t0-2");
        assertThat(desk.subscribe(user, _ -> true, Optional.of("t0-9")).gap()).isTrue();
    }
}
