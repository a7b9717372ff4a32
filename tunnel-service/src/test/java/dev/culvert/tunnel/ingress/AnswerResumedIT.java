package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.tunnel.session.AnswerPart;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Failure 2 of the list: answers go on where they stopped when a replica ends without a word. */
class AnswerResumedIT {
    private static final int STREAMS = 10;

    private TestingReplicas replicas;
    private TestingDataPlane entry;
    private TestingDataPlane lost;
    private TestingDataPlane third;
    private RawOrigin origin;
    private Resolution.Found tunnel;
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger streaming = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        replicas = new TestingReplicas();
        entry = replicas.start("entry");
        lost = replicas.start("lost", Duration.ofMillis(300));
        third = replicas.start("third");
        origin = new RawOrigin().on("/stream", call -> {
            asked.incrementAndGet();
            call.startChunked("text/event-stream");
            call.chunk("begin ");
            streaming.incrementAndGet();
            release.await();
            call.chunk("middle ");
            call.chunk("end");
            call.endChunks();
        });
        tunnel = replicas.tunnel("box");
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        replicas.close();
        origin.close();
    }

    /** An agent with a connection to each of two replicas. */
    private Agent agentOn(TestingDataPlane one, TestingDataPlane other) throws Exception {
        for (TestingDataPlane replica : List.of(entry, lost, third)) {
            if (replica != one && replica != other) {
                replicas.balancer.remove(replica.port.port());
            }
        }
        Agent agent =
                replicas.agent(replicas.balancer.url(), "box", origin.url(), options -> options.withConnections(2));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> one.registry.connections(tunnel.tunnelId()) == 1
                        && other.registry.connections(tunnel.tunnelId()) == 1
                        && one.cluster.map().elsewhere(tunnel.tunnelId()).size() == 1
                        && other.cluster.map().elsewhere(tunnel.tunnelId()).size() == 1);
        return agent;
    }

    private static String rest(HttpResponse<InputStream> answer) {
        try (InputStream body = answer.body()) {
            return new String(body.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "broken: " + e;
        }
    }

    private static String read(HttpResponse<InputStream> answer, int length) throws IOException {
        return new String(answer.body().readNBytes(length), StandardCharsets.US_ASCII);
    }

    private HttpResponse<InputStream> stream(TestingDataPlane through) throws Exception {
        return through.client.send(through.request("/t/box/stream").build(), BodyHandlers.ofInputStream());
    }

    /** The caller's replica lives, the one with the agent's connection does not. */
    @Test
    void goesOnThroughAnotherReplicaWhenTheOneWithTheAgentIsKilled() throws Exception {
        agentOn(lost, third);
        await().until(() -> entry.cluster.map().elsewhere(tunnel.tunnelId()).size() == 2);
        List<HttpResponse<InputStream>> answers = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            HttpResponse<InputStream> answer = stream(entry);
            assertThat(read(answer, 6)).isEqualTo("begin ");
            answers.add(answer);
        }
        assertThat(lost.registry.requests()).isPositive();

        lost.crash();
        await().until(() -> third.registry.requests() == STREAMS);
        release.countDown();

        assertThat(answers).extracting(AnswerResumedIT::rest).containsOnly("middle end");
        assertThat(asked).hasValue(STREAMS);
        await().until(() -> entry.traffic.size() == STREAMS);
        assertThat(entry.traffic).allMatch(one -> one.bytesOut() == "begin middle end".length());
        await().until(() -> entry.port.reservedBytes() == 0 && third.port.reservedBytes() == 0);
    }

    /** All of the agent's connections break at once; it dials anew, and meanwhile the caller waits. */
    @Test
    void goesOnWhenTheAgentIsBack() throws Exception {
        Agent agent = agentOn(lost, third);
        await().until(() -> entry.cluster.map().elsewhere(tunnel.tunnelId()).size() == 2);
        HttpResponse<InputStream> answer = stream(entry);
        assertThat(read(answer, 6)).isEqualTo("begin ");

        replicas.balancer.cut();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> agent.connectionsUp() == 2 && lost.registry.requests() + third.registry.requests() == 1);
        release.countDown();

        assertThat(rest(answer)).isEqualTo("middle end");
        assertThat(asked).hasValue(1);
    }

    /** The caller's replica is killed: a gateway asks another one for the rest, with the secret it gave at first. */
    @Test
    void givesTheRestToAGatewayThatAsksAnotherReplica() throws Exception {
        agentOn(lost, third);
        origin.on("/stream", call -> {
            asked.incrementAndGet();
            call.startChunked("text/event-stream");
            call.chunk("begin mi");
            release.await();
            call.chunk("ddle ");
            call.chunk("end");
            call.endChunks();
        });
        HttpResponse<InputStream> answer = lost.client.send(
                lost.request("/t/box/stream")
                        .header(HeaderNames.RESUME_TOKEN, "a-secret")
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(read(answer, 8)).isEqualTo("begin mi");
        String agent = answer.headers().firstValue(HeaderNames.RESUME_AGENT).orElseThrow();

        lost.crash();
        release.countDown();

        assertThat(rest(answer)).startsWith("broken");
        assertThat(ask(third, agent, "another-secret", TestingDataPlane.TOKEN, 8)
                        .statusCode())
                .isEqualTo(502);
        assertThat(ask(third, agent, "a-secret", TestingDataPlane.KEY_TOKEN, 8).statusCode())
                .as("another caller")
                .isEqualTo(502);
        // No further than the caller had it: the agent reads no more once it knows that the way is lost.
        HttpResponse<String> rest = ask(entry, agent, "a-secret", TestingDataPlane.TOKEN, 6);
        assertThat(rest.statusCode()).as(rest.body()).isEqualTo(200);
        assertThat(rest.body()).isEqualTo("middle end");
        // It may not have arrived either.
        assertThat(ask(third, agent, "a-secret", TestingDataPlane.TOKEN, 13).body())
                .isEqualTo("end");
        assertThat(ask(third, agent, "a-secret", TestingDataPlane.TOKEN, 1000).statusCode())
                .as("beyond the end")
                .isEqualTo(502);
        assertThat(asked).hasValue(1);
        AnswerPart first = lost.starts.element().part().orElseThrow();
        assertThat(first.offset()).isZero();
        assertThat(entry.starts.element().part())
                .as("for the ledger the rest of the same answer")
                .contains(new AnswerPart(first.answer(), 6));
    }

    /** Fault 3: a caller without a gateway asks again by itself, and the local service goes on where that says. */
    @Test
    void goesOnForACallerThatAsksAnotherReplicaWithTheLastEventId() throws Exception {
        agentOn(lost, third);
        origin.on("/events", call -> {
            String last = call.header("last-event-id");
            int from = last == null ? 1 : Integer.parseInt(last) + 1;
            call.startChunked("text/event-stream");
            for (int id = from; id <= 6; id++) {
                call.chunk("id: " + id + "\ndata: " + id + "\n\n");
                if (id == 3 && last == null) {
                    call.awaitClosedByPeer();
                    call.closes = true;
                    return;
                }
            }
            call.endChunks();
        });
        String three = "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n";
        HttpResponse<InputStream> answer =
                lost.client.send(lost.request("/t/box/events").build(), BodyHandlers.ofInputStream());
        assertThat(read(answer, three.length())).isEqualTo(three);

        lost.crash();

        assertThat(rest(answer)).startsWith("broken");
        HttpResponse<String> again = entry.client.send(
                entry.request("/t/box/events").header("Last-Event-ID", "3").build(), BodyHandlers.ofString());
        assertThat(again.body()).isEqualTo("id: 4\ndata: 4\n\nid: 5\ndata: 5\n\nid: 6\ndata: 6\n\n");
    }

    /** The stream with the rest breaks before it began: the gateway is told to try again, not that there is no rest. */
    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // of the reset nothing is to be heard
    void letsAGatewayAskAgainWhenItsWayBreaks() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        try (ScriptedAgent _ = new ScriptedAgent(third, "box", (stream, head) -> {
            if (head.contains(TunnelProtocol.RESUME_FROM_HEADER) && heard.incrementAndGet() > 1) {
                Http2Headers kept = new DefaultHttp2Headers()
                        .status("200")
                        .set(TunnelProtocol.KEPT_BY_HEADER, ScriptedAgent.INSTANCE);
                ScriptedAgent.answer(stream, kept, "the rest");
            } else {
                stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
            }
        })) {
            replicas.awaitKnown(entry, "box");

            HttpResponse<String> broken = ask(entry, ScriptedAgent.INSTANCE, "a-secret", TestingDataPlane.TOKEN, 8);
            HttpResponse<String> rest = ask(entry, ScriptedAgent.INSTANCE, "a-secret", TestingDataPlane.TOKEN, 8);

            assertThat(broken.statusCode()).as(broken.body()).isEqualTo(503);
            assertThat(broken.body()).contains("AGENT_OFFLINE");
            assertThat(rest.statusCode()).as(rest.body()).isEqualTo(200);
            assertThat(rest.body()).isEqualTo("the rest");
            assertThat(rest.headers().firstValue(HeaderNames.RESUME_AGENT)).contains(ScriptedAgent.INSTANCE);
        }
    }

    /** A replica that stops cuts off what takes too long, but not at the local service. */
    @Test
    void goesOnAfterAReplicaThatCouldNotWaitForTheEnd() throws Exception {
        agentOn(lost, third);
        HttpResponse<InputStream> answer = lost.client.send(
                lost.request("/t/box/stream")
                        .header(HeaderNames.RESUME_TOKEN, "a-secret")
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(read(answer, 6)).isEqualTo("begin ");
        String agent = answer.headers().firstValue(HeaderNames.RESUME_AGENT).orElseThrow();

        lost.stop();
        release.countDown();

        assertThat(rest(answer)).startsWith("broken");
        assertThat(ask(third, agent, "a-secret", TestingDataPlane.TOKEN, 6).body())
                .isEqualTo("middle end");
        assertThat(asked).hasValue(1);
    }

    private static HttpResponse<String> ask(
            TestingDataPlane replica, String agent, String secret, String token, int offset) throws Exception {
        return replica.client.send(
                HttpRequest.newBuilder(java.net.URI.create(replica.url() + "/t/box/stream"))
                        .header("Authorization", "Bearer " + token)
                        .header(HeaderNames.RESUME_TOKEN, secret)
                        .header(HeaderNames.RESUME_AGENT, agent)
                        .header(HeaderNames.RESUME_FROM, String.valueOf(offset))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Nothing is missing in the middle of what a caller got: either all bytes from its place on, or a visible break. */
    @Test
    void breaksOffWhenMoreIsMissingThanTheAgentKeeps() throws Exception {
        agentOn(lost, third);
        CountDownLatch written = new CountDownLatch(1);
        origin.on("/much", call -> {
            call.startChunked("text/plain");
            for (int i = 0; i < 40; i++) {
                call.chunk("x".repeat(64 * 1024));
            }
            written.countDown();
            release.await();
            call.endChunks();
        });
        HttpResponse<InputStream> answer = lost.client.send(
                lost.request("/t/box/much")
                        .header(HeaderNames.RESUME_TOKEN, "a-secret")
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(answer.body().readNBytes(40 * 64 * 1024)).hasSize(40 * 64 * 1024);
        assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
        String agent = answer.headers().firstValue(HeaderNames.RESUME_AGENT).orElseThrow();

        lost.crash();

        assertThat(ask(third, agent, "a-secret", TestingDataPlane.TOKEN, 6).statusCode())
                .isEqualTo(502);
    }

    /** Nobody asks for the rest, so the local service does not work on for nobody. */
    @Test
    void letsTheLocalServiceGoWhenNobodyAsks() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        origin.on("/forever", call -> {
            call.startChunked("text/event-stream");
            call.chunk("begin ");
            call.awaitClosedByPeer();
            left.countDown();
            call.closes = true;
        });
        agentOn(lost, third);
        HttpResponse<InputStream> answer =
                lost.client.send(lost.request("/t/box/forever").build(), BodyHandlers.ofInputStream());
        assertThat(read(answer, 6)).isEqualTo("begin ");

        lost.crash();

        assertThat(left.await(2, TimeUnit.SECONDS)).as("at once").isFalse();
        assertThat(left.await(30, TimeUnit.SECONDS)).isTrue();
    }

    /** A caller that leaves ends the call at once, kept or not. */
    @Test
    void endsTheLocalCallAtOnceWhenTheCallerLeaves() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        origin.on("/forever", call -> {
            call.startChunked("text/event-stream");
            call.chunk("begin ");
            call.awaitClosedByPeer();
            left.countDown();
            call.closes = true;
        });
        agentOn(lost, third);
        HttpResponse<InputStream> answer =
                entry.client.send(entry.request("/t/box/forever").build(), BodyHandlers.ofInputStream());
        assertThat(read(answer, 6)).isEqualTo("begin ");

        answer.body().close();

        assertThat(left.await(1, TimeUnit.SECONDS)).isTrue();
    }
}
