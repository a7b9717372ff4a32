package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentListener;
import dev.culvert.agent.AgentOptions;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.connect.Way;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.CloseReason;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** R4.1e: agents whose network passes plain HTTP and no WebSocket. */
@SuppressWarnings("try") // replicas wait when they are closed, and tests may be interrupted
class PollingIT {
    private static final Way POLLING = new Way(Optional.of(Transport.POLLING), Optional.empty());

    private final List<Agent> agents = new ArrayList<>();
    private TestingDataPlane plane;
    private RawOrigin origin;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        plane.tunnel("box");
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
    }

    @AfterEach
    void stop() throws Exception {
        agents.forEach(Agent::close); // who hangs up is not waited for
        plane.close();
        origin.close();
    }

    @Test
    void failsFastWithoutTheWebSocketAndServesTheSameRequestByPolling() throws Exception {
        Agent first = plane.agent("box", origin.url());
        assertThat(get("/t/box/ok").body()).isEqualTo("ok");
        first.kill();
        await().until(() -> plane.registry.connections() == 0);
        long started = System.nanoTime();
        assertThat(get("/t/box/ok").statusCode()).isEqualTo(503);
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));

        polling();

        assertThat(get("/t/box/ok").body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @EnumSource
    void turnsToPollingByItselfWhereNoUpgradePasses(TestingMiddlebox.Upgrades upgrades) throws Exception {
        try (TestingMiddlebox box = new TestingMiddlebox(upgrades, _ -> false, plane.port.port())) {
            ConcurrentLinkedQueue<Transport> transports = new ConcurrentLinkedQueue<>();
            Agent agent = through(box, options -> options, new AgentListener() {
                @Override
                public void onLink(LinkEvent event) {
                    if (event instanceof LinkEvent.Connected up) {
                        transports.add(up.transport());
                    }
                }
            });

            assertThat(get("/t/box/ok").body()).isEqualTo("ok");
            assertThat(box.upgradesSeen).hasValue(1);
            assertThat(transports).containsExactly(Transport.POLLING);
            agent.close();
            await().until(() -> plane.registry.connections() == 0);
        }
    }

    @Test
    void carriesBodiesOfBothWaysWhole() throws Exception {
        byte[] much = new byte[3_000_000];
        new Random(7).nextBytes(much);
        origin.on("/echo", PollingIT::echo);
        polling();

        for (int i = 0; i < 3; i++) {
            HttpResponse<byte[]> answer = plane.client.send(
                    plane.request("/t/box/echo")
                            .POST(BodyPublishers.ofByteArray(much))
                            .build(),
                    BodyHandlers.ofByteArray());
            assertThat(answer.body()).isEqualTo(much);
        }
    }

    @Test
    void deliversEachChunkBeforeTheNextIsWrittenAndACancelAtOnce() throws Exception {
        SynchronousQueue<String> chunks = new SynchronousQueue<>();
        CountDownLatch cancelled = new CountDownLatch(1);
        origin.on("/stream", call -> {
            call.startChunked("text/event-stream");
            for (int i = 0; i < 5; i++) {
                call.chunk(chunks.take());
            }
            call.awaitClosedByPeer();
            call.closes = true;
            cancelled.countDown();
        });
        polling();

        HttpResponse<InputStream> answer =
                plane.client.send(plane.request("/t/box/stream").build(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            for (int i = 0; i < 5; i++) {
                String chunk = "token " + i + "\n";
                chunks.put(chunk);
                assertThat(new String(body.readNBytes(chunk.length()), StandardCharsets.UTF_8))
                        .isEqualTo(chunk);
            }
        }
        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    /** What a proxy lost is asked for again; nothing is read twice and nothing is missing. */
    @Test
    void losesNothingWhereAnswersGetLost() throws Exception {
        byte[] much = new byte[300_000];
        new Random(8).nextBytes(much);
        origin.on("/echo", PollingIT::echo);
        try (TestingMiddlebox box =
                new TestingMiddlebox(TestingMiddlebox.Upgrades.CUT, number -> number % 7 == 0, plane.port.port())) {
            through(box, options -> options.withWay(POLLING), new AgentListener() {});

            HttpResponse<byte[]> answer = plane.client.send(
                    plane.request("/t/box/echo")
                            .POST(BodyPublishers.ofByteArray(much))
                            .build(),
                    BodyHandlers.ofByteArray());

            assertThat(answer.body()).isEqualTo(much);
            assertThat(box.answersLost).hasPositiveValue();
        }
    }

    @Test
    void tellsThePollingAgentWhyItsLinkEnds() throws Exception {
        Agent agent = polling();

        plane.registry.close(((Resolution.Found) plane.tunnels.get("box")).tunnelId(), CloseReason.TUNNEL_STOPPED);

        assertThat(agent.end().get(30, TimeUnit.SECONDS).reason()).isEqualTo(AgentEnd.Reason.TUNNEL_STOPPED);
    }

    /** A link belongs to the credential that opened it, and to nobody who heard of its id. */
    @Test
    void letsNobodyElseUseALink() throws Exception {
        plane.callers.put("other", TestingDataPlane.caller(Optional.of(UUID.randomUUID()), Scope.ALL));
        HttpResponse<String> opened = plane.client.send(
                plane.request(TunnelProtocol.POLL_PATH + "?tunnel=box")
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        assertThat(opened.statusCode()).isEqualTo(201);
        String link = TunnelProtocol.POLL_PATH + "/" + opened.body().replaceAll(".*\"link\":\"([^\"]+)\".*", "$1");

        HttpResponse<String> stolen = plane.client.send(
                plane.request(link + "?from=0")
                        .setHeader("Authorization", "Bearer other")
                        .build(),
                BodyHandlers.ofString());
        HttpResponse<String> guessed = get(link.substring(0, link.length() - 1) + "?from=0");
        HttpResponse<byte[]> own =
                plane.client.send(plane.request(link + "?from=0").build(), BodyHandlers.ofByteArray());
        HttpResponse<String> nonsense = get(link + "?from=1000000");
        HttpResponse<String> after = get(link + "?from=0");

        assertThat(stolen.statusCode()).isEqualTo(404);
        assertThat(guessed.statusCode()).isEqualTo(404);
        assertThat(own.statusCode()).isEqualTo(200);
        assertThat(own.body()).startsWith("PRI * HTTP/2.0".getBytes(StandardCharsets.US_ASCII));
        assertThat(nonsense.statusCode()).isEqualTo(409);
        assertThat(after.statusCode()).isEqualTo(404);
    }

    @Test
    void letsRunningRequestsFinishWhenTheNodeGoesDown() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        origin.on("/slow", call -> {
            asked.countDown();
            go.await();
            call.answer("200 OK", "done");
        });
        polling();
        CompletableFuture<HttpResponse<String>> slow =
                plane.client.sendAsync(plane.request("/t/box/slow").build(), BodyHandlers.ofString());
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(this::stopPlane, Thread::startVirtualThread);
        await().until(() -> plane.registry.usable().isEmpty());
        go.countDown();

        assertThat(slow.get(30, TimeUnit.SECONDS).body()).isEqualTo("done");
        stopped.get(30, TimeUnit.SECONDS);
    }

    /** Whichever replica a poll comes to, the one that has the link gets it. */
    @Test
    void pollsThroughABalancerThatKnowsNothingOfLinks() throws Exception {
        try (TestingReplicas replicas = new TestingReplicas()) {
            TestingDataPlane one = replicas.start("one");
            TestingDataPlane two = replicas.start("two");
            replicas.tunnel("box");
            try (TestingMiddlebox box =
                    new TestingMiddlebox(TestingMiddlebox.Upgrades.CUT, _ -> false, one.port.port(), two.port.port())) {
                replicas.agent(
                        box.url(),
                        "box",
                        origin.url(),
                        options -> options.withWay(POLLING).withConnections(2));
                await().until(() -> one.registry.connections() == 1 && two.registry.connections() == 1);

                for (int i = 0; i < 20; i++) {
                    TestingDataPlane entry = i % 2 == 0 ? one : two;
                    assertThat(entry.client
                                    .send(entry.request("/t/box/ok").build(), BodyHandlers.ofString())
                                    .body())
                            .isEqualTo("ok");
                }
            }
        }
    }

    /** Whoever writes to Redis can say where a replica is, but not be it. */
    @Test
    void givesNoKeyToOneWhoOnlyStandsWhereAReplicaShould() throws Exception {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        try (RawOrigin impostor = new RawOrigin();
                TestingReplicas replicas = new TestingReplicas()) {
            impostor.on("/internal/tunnel/peer", call -> {
                heard.add(call.target + " " + call.headers);
                call.answer("200 OK", "");
            });
            TestingDataPlane one = replicas.start("one");
            TestingDataPlane two = replicas.start("two", impostor.url().substring("http://".length()));
            replicas.tunnel("box");
            HttpResponse<String> opened = two.client.send(
                    two.request(TunnelProtocol.POLL_PATH + "?tunnel=box")
                            .POST(BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
            String link = TunnelProtocol.POLL_PATH + "/" + opened.body().replaceAll(".*\"link\":\"([^\"]+)\".*", "$1");

            HttpResponse<String> answer =
                    one.client.send(one.request(link + "?from=0").build(), BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(heard).singleElement().asString().startsWith("/internal").doesNotContain(TestingDataPlane.TOKEN);
        }
    }

    private static void echo(RawOrigin.Call call) throws IOException {
        byte[] body = call.body();
        call.write("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n"
                + new String(body, StandardCharsets.ISO_8859_1));
    }

    private Agent polling() throws InterruptedException {
        return kept(plane.agent("box", origin.url(), options -> options.withWay(POLLING), new AgentListener() {}));
    }

    private Agent through(TestingMiddlebox box, UnaryOperator<AgentOptions> change, AgentListener listener)
            throws InterruptedException {
        AgentOptions options = AgentOptions.of(box.url(), "box", origin.url(), TestingDataPlane.TOKEN);
        return kept(plane.agent("box", origin.url(), _ -> change.apply(options.withConnections(1)), listener));
    }

    private Agent kept(Agent agent) {
        agents.add(agent);
        return agent;
    }

    private void stopPlane() {
        try {
            plane.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return plane.client.send(plane.request(path).build(), BodyHandlers.ofString());
    }
}
