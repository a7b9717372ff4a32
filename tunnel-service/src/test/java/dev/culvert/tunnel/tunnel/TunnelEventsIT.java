package dev.culvert.tunnel.tunnel;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.event.EventType;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.PublishedEvents.Published;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.tunnel.RunningTunnelService;
import java.util.List;
import java.util.UUID;
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

        List<Published> events = PublishedEvents.until(EventType.TUNNEL_DELETED, UUID.fromString(id));

        assertThat(events)
                .extracting(Published::type)
                .containsExactly(
                        "dev.culvert.tunnel.created",
                        "dev.culvert.tunnel.status_changed",
                        "dev.culvert.tunnel.updated",
                        "dev.culvert.tunnel.status_changed",
                        "dev.culvert.tunnel.deleted");
        assertThat(events.get(1).data().path("oldStatus").asString()).isEqualTo("created");
        assertThat(events.get(1).data().path("newStatus").asString()).isEqualTo("connecting");
        assertThat(events.get(2).data().path("changedFields"))
                .extracting(it -> it.asString())
                .containsExactly("name");
        assertThat(events.get(3).data().path("newStatus").asString()).isEqualTo("disconnected");
        assertThat(events.get(3).data().path("reason").asString()).isEqualTo("stopped");
    }
}
