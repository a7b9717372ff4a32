package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two replicas see the same Redis and not each other. */
class PartitionIT {
    private TestingReplicas replicas;
    private TestingDataPlane entry;
    private TestingDataPlane other;
    private Relay between;
    private RawOrigin origin;

    @BeforeEach
    void start() throws Exception {
        replicas = new TestingReplicas();
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        between = new Relay(() -> other.port.port());
        entry = replicas.start("entry");
        other = replicas.start("other", between.authority());
        replicas.tunnel("both");
        replicas.tunnel("far");
        replicas.agent(entry.url(), "both", origin.url(), options -> options.withConnections(1));
        replicas.agentOn(other, entry, "both", origin.url());
        replicas.agentOn(other, entry, "far", origin.url());
        assertThat(get("/t/far/ok").statusCode()).isEqualTo(200);
    }

    @AfterEach
    void stop() throws Exception {
        replicas.close();
        between.close();
        origin.close();
    }

    @Test
    void goesOnWithAgentsOfItsOwnAndRefusesInTimeWhatItCannotReach() throws Exception {
        between.freeze();

        // Half of them would wait for the other replica for 600 ms or more if they were sent there.
        long begun = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            assertThat(get("/t/both/ok").statusCode()).isEqualTo(200);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        begun = System.nanoTime();
        assertThat(get("/t/far/ok").statusCode()).isEqualTo(503);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));

        between.thaw();

        await().atMost(Duration.ofSeconds(30)).until(() -> get("/t/far/ok").statusCode() == 200);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return entry.client.send(entry.request(path).build(), BodyHandlers.ofString());
    }
}
