package dev.culvert.tunnel.tunnel;

import static dev.culvert.tunnel.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.Topics;
import dev.culvert.testing.TestCallers;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.TestingApi;
import dev.culvert.tunnel.TestingEvents;
import dev.culvert.tunnel.TestingEvents.Published;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What others hear of a tunnel's life. */
class TunnelEventsIT extends RunningTunnelService {
    @Test
    void publishesEachChangeOnceAndInOrder() {
        TestingApi api = as(TestCallers.user());
        String id = json(api.post("/api/v1/tunnels", "{\"name\": \"a\"}"))
                .path("id")
                .asString();
        String path = "/api/v1/tunnels/" + id;
        api.post(path + "/start", "");
        api.post(path + "/start", "");
        api.send("PATCH", path, "{\"name\": \"b\"}");
        api.send("PATCH", path, "{\"name\": \"b\"}");
        api.post(path + "/stop", "");
        api.send("DELETE", path, "");

        List<Published> events = await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> TestingEvents.about(id, Topics.TUNNELS),
                        found -> found.stream().anyMatch(event -> event.type().equals("tunnel.deleted")));

        assertThat(events)
                .extracting(Published::type)
                .containsExactly(
                        "tunnel.created",
                        "tunnel.status_changed",
                        "tunnel.updated",
                        "tunnel.status_changed",
                        "tunnel.deleted");
        assertThat(events.get(1).data().path("oldStatus").asString()).isEqualTo("created");
        assertThat(events.get(1).data().path("newStatus").asString()).isEqualTo("connecting");
        assertThat(events.get(2).data().path("changedFields"))
                .extracting(it -> it.asString())
                .containsExactly("name");
        assertThat(events.get(3).data().path("newStatus").asString()).isEqualTo("disconnected");
        assertThat(events.get(3).data().path("reason").asString()).isEqualTo("stopped");
    }
}
