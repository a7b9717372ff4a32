package dev.culvert.tunnel.history;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.event.EventType;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.PublishedEvents.Published;
import dev.culvert.testing.TestCallers;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnel.session.TrafficMeter.Course;
import dev.culvert.tunnel.session.TrafficMeter.Hops;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import dev.culvert.tunnel.usage.MeasuredTraffic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import tools.jackson.databind.JsonNode;

/** Requirement R4.10, the event's side. */
class MetricsAnnouncementsIT extends RunningTunnelService {
    private final TestCallers caller = TestCallers.user();

    @Autowired
    @Qualifier("trafficLedger")
    private TrafficMeter meter;

    @Autowired
    private MeasuredTraffic measured;

    @Autowired
    private MetricsAnnouncements announcements;

    @Test
    void publishesSumsOnceWhenTheyChanged() {
        UUID tunnel = UUID.fromString(json(as(caller).post("/api/v1/tunnels", "{\"name\": \"a\"}"))
                .path("id")
                .asString());
        meter.record(traffic(tunnel, 200));
        meter.record(traffic(tunnel, 500));
        measured.flush();

        announcements.announce();
        announcements.announce();
        // Events of one tunnel keep their order: behind this one none of those above can follow.
        as(caller).send("DELETE", "/api/v1/tunnels/" + tunnel, "");

        String type = EventType.TUNNEL_METRICS_UPDATED.cloudEventsType();
        List<Published> told = PublishedEvents.until(EventType.TUNNEL_DELETED, tunnel).stream()
                .filter(event -> event.type().equals(type))
                .toList();
        assertThat(told).hasSize(1);
        JsonNode sums = told.getFirst().data();
        assertThat(sums.path("requestCount").asLong()).isEqualTo(2);
        assertThat(sums.path("errorCount").asLong()).isEqualTo(1);
        assertThat(sums.path("averageLatencyMillis").asLong()).isEqualTo(10);
        assertThat(sums.path("bytesOut").asLong()).isEqualTo(400);
        assertThat(sums.path("name").asString()).isEqualTo("a");
    }

    private Traffic traffic(UUID tunnel, int status) {
        return new Traffic(
                tunnel,
                caller.tenantId(),
                caller.userId(),
                "GET",
                status,
                100,
                200,
                Instant.now(),
                Duration.ofMillis(10),
                Outcome.COMPLETED,
                new Course(
                        UUID.randomUUID(),
                        "c",
                        "/",
                        Protocol.HTTP_1_1,
                        Optional.empty(),
                        Optional.empty(),
                        new Hops(
                                Duration.ZERO,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())));
    }
}
