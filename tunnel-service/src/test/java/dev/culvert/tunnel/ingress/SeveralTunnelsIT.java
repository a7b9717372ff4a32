package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.cli.JsonOutput;
import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.profile.Profile;
import dev.culvert.agent.running.RunningAgents;
import dev.culvert.agent.status.AgentStatus;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One agent process with several tunnels, whose list changes while it runs (requirement P2.2.8, but for the one connection). */
@SuppressWarnings("try") // close waits, and tests may be interrupted
class SeveralTunnelsIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final AgentStatus status = new AgentStatus(Clock.systemUTC());
    private final Semaphore chunks = new Semaphore(0);
    private TestingDataPlane plane;
    private RawOrigin first;
    private RawOrigin second;
    private RunningAgents agents;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        first = new RawOrigin();
        second = new RawOrigin();
        first.on("/who", call -> call.answer("200 OK", "first"));
        second.on("/who", call -> call.answer("200 OK", "second"));
        first.on("/stream", call -> {
            call.startChunked("text/plain");
            while (chunks.tryAcquire(30, TimeUnit.SECONDS)) {
                call.chunk("more\n");
            }
        });
        List.of("a", "b", "c").forEach(plane::tunnel);
        agents = new RunningAgents(
                new JsonOutput(new PrintStream(written, true, StandardCharsets.UTF_8), Clock.systemUTC()), status);
    }

    @AfterEach
    void stop() throws Exception {
        chunks.release(Integer.MAX_VALUE / 2);
        first.close();
        second.close();
        agents.close();
        plane.close();
    }

    @Test
    void eachTunnelLeadsToItsOwnService() throws Exception {
        agents.apply(List.of(entry("a", first), entry("b", second), entry("c", first)), TestingDataPlane.TOKEN);

        awaitAnswer("a", "first");
        awaitAnswer("b", "second");
        awaitAnswer("c", "first");
        assertThat(status.figures()).containsOnlyKeys("a", "b", "c");
        assertThat(status.figures().get("b").requests().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(1);
    }

    @Test
    void aChangeLeavesStreamsOfOtherTunnelsAlone() throws Exception {
        agents.apply(List.of(entry("a", first), entry("b", first), entry("c", first)), TestingDataPlane.TOKEN);
        awaitAnswer("a", "first");
        awaitAnswer("b", "first");
        awaitAnswer("c", "first");
        var streaming = plane.client.send(plane.request("/t/a/stream").build(), BodyHandlers.ofInputStream());
        try (var lines = new BufferedReader(new InputStreamReader(streaming.body(), StandardCharsets.US_ASCII))) {
            chunks.release();
            assertThat(lines.readLine()).isEqualTo("more");

            RunningAgents.Change change =
                    agents.apply(List.of(entry("a", first), entry("b", second)), TestingDataPlane.TOKEN);

            assertThat(change.unchanged()).containsExactly("a");
            assertThat(change.replaced()).containsExactly("b");
            assertThat(change.ended()).containsExactly("c");
            awaitAnswer("b", "second");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(get("c").statusCode()).isEqualTo(503));
            chunks.release();
            assertThat(lines.readLine()).isEqualTo("more");
        }
    }

    @Test
    void aTunnelThatIsUnknownEndsAloneAndTheKeyIsInNoLine() throws Exception {
        agents.apply(List.of(entry("a", first), entry("nowhere", first)), TestingDataPlane.TOKEN);

        awaitAnswer("a", "first");
        await().atMost(SOON).untilAsserted(() -> assertThat(lines()).contains("\"reason\":\"tunnel_unknown\""));
        assertThat(agents.end()).isNotDone();
        assertThat(lines()).doesNotContain(TestingDataPlane.TOKEN);
        assertThat(status.figures().get("nowhere").mishaps()).isNotEmpty();
    }

    @Test
    void theProcessEndsWithItsLastTunnel() {
        agents.apply(List.of(entry("nowhere", first)), TestingDataPlane.TOKEN);

        assertThat(agents.end())
                .succeedsWithin(SOON)
                .extracting(AgentEnd::reason)
                .isEqualTo(AgentEnd.Reason.TUNNEL_UNKNOWN);
    }

    private TunnelEntry entry(String tunnel, RawOrigin origin) {
        return TunnelEntry.of(plane.url(), tunnel, origin.url(), Profile.PLAIN, 1);
    }

    private void awaitAnswer(String tunnel, String answer) {
        await().atMost(SOON).untilAsserted(() -> assertThat(get(tunnel).body()).isEqualTo(answer));
    }

    private HttpResponse<String> get(String tunnel) throws Exception {
        return plane.client.send(plane.request("/t/" + tunnel + "/who").build(), BodyHandlers.ofString());
    }

    private String lines() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
