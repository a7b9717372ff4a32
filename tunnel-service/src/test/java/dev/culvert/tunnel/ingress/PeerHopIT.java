package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.tunnel.cluster.ClusterMap.Holder;
import dev.culvert.tunnel.cluster.TunnelNews;
import dev.culvert.tunnel.peer.PeerOutcome;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnelprotocol.CloseReason;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requirement P2.11.1: the agent is on one replica, the request comes to another one, and is answered. */
class PeerHopIT {
    private static TestingReplicas replicas;
    private static TestingDataPlane entry;
    private static TestingDataPlane holder;
    private static RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        replicas = new TestingReplicas();
        entry = replicas.start("entry");
        holder = replicas.start("holder");
        origin = new RawOrigin();
        replicas.tunnel("box");
        replicas.agentOn(holder, entry, "box", origin.url());
    }

    @AfterAll
    static void stop() throws Exception {
        replicas.close();
        origin.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return entry.client.send(entry.request(path).build(), BodyHandlers.ofString());
    }

    @Test
    void passesARequestAndItsAnswer() throws Exception {
        origin.on(
                "/echo",
                call -> call.answer(
                        "201 Created",
                        call.method + " " + call.target + " " + new String(call.body(), StandardCharsets.UTF_8),
                        "X-Answer: yes"));

        HttpResponse<String> answer = entry.client.send(
                entry.request("/t/box/echo?a=%2F")
                        .POST(BodyPublishers.ofString("hello"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("X-Answer")).contains("yes");
        assertThat(answer.body()).isEqualTo("POST /echo?a=%2F hello");
    }

    /** R4.6: counted by one replica only, so that the sum over replicas is what was sent. */
    @Test
    void countsARequestOnTheReplicaItCameToAndKeepsNoneWaiting() throws Exception {
        origin.on("/count", call -> call.answer("200 OK", "counted"));
        assertThat(get("/t/box/count").body()).isEqualTo("counted");
        long started = System.nanoTime();
        Instant begun = Instant.now();
        long accepted = entry.peerMeter.sum(PeerOutcome.ACCEPTED);

        for (int i = 0; i < 100; i++) {
            assertThat(get("/t/box/count").body()).isEqualTo("counted");
        }

        assertThat(entry.peerMeter.sum(PeerOutcome.ACCEPTED) - accepted).isEqualTo(100);
        // An answer that nobody flushes waits for the next PING, which is two tenths of a second here.
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(15));
        // Those of the tests before may be counted late.
        await().untilAsserted(() -> assertThat(entry.traffic.stream()
                        .filter(traffic -> !traffic.startedAt().isBefore(begun)))
                .hasSize(100)
                .allMatch(traffic -> traffic.outcome() == Outcome.COMPLETED));
        assertThat(holder.traffic).isEmpty();
    }

    /** P2.11.9: the trace of a caller is the same on both replicas and at the local service. */
    @Test
    void keepsTheTraceAndHidesWhatTheReplicasTellEachOther() throws Exception {
        origin.on("/headers", call -> call.answer("200 OK", call.headers.toString()));
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        HttpResponse<String> answer = entry.client.send(
                entry.request("/t/box/headers")
                        .header("traceparent", trace)
                        .header(HeaderNames.CORRELATION_ID, "c-1")
                        .header("Culvert-Peer-Tunnel-Id", "00000000-0000-0000-0000-000000000000")
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body()).contains(trace).contains("c-1").doesNotContainIgnoringCase("culvert-peer");
        assertThat(answer.body()).doesNotContain(TestingDataPlane.TOKEN);
        assertThat(answer.headers().firstValue(HeaderNames.CORRELATION_ID)).contains("c-1");
    }

    @Test
    void deliversEachChunkBeforeTheNextIsWritten() throws Exception {
        SynchronousQueue<String> next = new SynchronousQueue<>();
        origin.on("/stream", call -> {
            call.startChunked("application/x-ndjson");
            for (String chunk = next.take(); !chunk.isEmpty(); chunk = next.take()) {
                call.chunk(chunk);
            }
            call.endChunks();
        });

        HttpResponse<InputStream> answer =
                entry.client.send(entry.request("/t/box/stream").build(), BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        for (int i = 0; i < 20; i++) {
            assertThat(next.offer(i + "\n", 30, TimeUnit.SECONDS)).isTrue();
            assertThat(lines.readLine()).isEqualTo(Integer.toString(i));
        }
        next.put("");

        assertThat(lines.readLine()).isNull();
    }

    @Test
    void passesTrailers() throws Exception {
        origin.on(
                "/trailers",
                call -> call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: grpc-status\r\n\r\n"
                        + "3\r\nabc\r\n0\r\ngrpc-status: 7\r\n\r\n"));

        try (Socket socket = entry.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/trailers"));

            assertThat(StreamedAnswersIT.readUntil(socket.getInputStream(), "grpc-status: 7\r\n\r\n"))
                    .contains("\r\n3\r\nabc\r\n0\r\ngrpc-status: 7\r\n\r\n");
        }
    }

    @Test
    void carriesSixtyMebibytesBothWays() throws Exception {
        byte[] block = new byte[64 * 1024];
        new Random(7).nextBytes(block);
        int blocks = 480;
        origin.on("/big", call -> {
            long[] received = new long[1];
            call.eachPiece((_, length) -> received[0] += length);
            call.write("HTTP/1.1 200 OK\r\nContent-Length: " + (long) blocks * block.length + "\r\nX-Received: "
                    + received[0] + "\r\n\r\n");
            for (int i = 0; i < blocks; i++) {
                call.out.write(block);
            }
            call.out.flush();
        });

        HttpResponse<InputStream> answer = entry.client.send(
                entry.request("/t/box/big")
                        .POST(BodyPublishers.ofByteArrays(java.util.Collections.nCopies(blocks, block)))
                        .build(),
                BodyHandlers.ofInputStream());

        assertThat(answer.headers().firstValue("X-Received")).contains(Long.toString((long) blocks * block.length));
        byte[] read = new byte[block.length];
        for (int i = 0; i < blocks; i++) {
            assertThat(answer.body().readNBytes(read, 0, read.length)).isEqualTo(block.length);
            assertThat(read).isEqualTo(block);
        }
        assertThat(answer.body().read()).isNegative();
    }

    @Test
    void closesTheLocalConnectionWhenTheCallerLeaves() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        origin.on("/slow", call -> {
            call.startChunked("text/plain");
            call.chunk("begin");
            asked.countDown();
            call.awaitClosedByPeer();
            call.closes = true;
            gone.countDown();
        });

        try (Socket socket = entry.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/slow"));
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void neverEndsAnAnswerCleanlyThatTheLocalServiceDidNotFinish() throws Exception {
        origin.on("/half", call -> {
            call.startChunked("text/plain");
            call.chunk("half");
            call.closes = true;
        });

        try (Socket socket = entry.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/half"));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(all).contains("half").doesNotContain("\r\n0\r\n\r\n");
        }
    }

    @Test
    void holdsALocalServiceBackThatWritesMoreThanTheCallerReads() throws Exception {
        java.util.concurrent.atomic.AtomicLong written = new java.util.concurrent.atomic.AtomicLong();
        origin.on("/endless", call -> {
            call.startChunked("application/octet-stream");
            String chunk = "x".repeat(32 * 1024);
            try {
                while (written.get() < 1L << 30) {
                    call.chunk(chunk);
                    written.addAndGet(chunk.length());
                }
            } catch (java.io.IOException e) {
                call.closes = true;
            }
        });

        try (Socket socket = entry.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/endless"));
            // Stands still when every buffer on the way is full.
            long[] before = {-1};
            await().pollInterval(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        boolean still = written.get() > 0 && written.get() == before[0];
                        before[0] = written.get();
                        return still;
                    });

            assertThat(written.get()).isLessThan(64L * 1024 * 1024);
        }
    }

    @Test
    void speaksWebSocket() throws Exception {
        origin.on("/echo-socket", WebSocketsIT::echo);
        CompletableFuture<String> text = new CompletableFuture<>();
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        WebSocket socket = entry.client
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + TestingDataPlane.TOKEN)
                .buildAsync(
                        URI.create(entry.url().replace("http", "ws") + "/t/box/echo-socket?peer"),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                                text.complete(data.toString());
                                from.request(1);
                                return null;
                            }

                            @Override
                            public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                                closed.complete(code);
                                return null;
                            }
                        })
                .get(30, TimeUnit.SECONDS);

        socket.sendText("hello", true);
        assertThat(text.get(30, TimeUnit.SECONDS)).isEqualTo("hello");
        socket.sendClose(4321, "enough");

        assertThat(closed.get(30, TimeUnit.SECONDS)).isEqualTo(4321);
    }

    @Test
    void tellsWhenTheLocalServiceIsDown() throws Exception {
        replicas.tunnel("down");
        Agent agent = replicas.agentOn(holder, entry, "down", "http://127.0.0.1:1");

        HttpResponse<String> answer = get("/t/down/x");

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("TARGET_UNREACHABLE");
        agent.kill();
    }

    /** The entry is outdated: dropped, and the caller gets the answer of a tunnel without agents. */
    @Test
    void answersThatTheAgentIsOfflineWhenNoReplicaHasIt() throws Exception {
        var found = replicas.tunnel("left");
        Agent agent = replicas.agentOn(holder, entry, "left", origin.url());
        List<Holder> stale = entry.cluster.map().elsewhere(found.tunnelId());
        assertThat(stale).hasSize(1);
        agent.kill();

        await().untilAsserted(() -> {
            HttpResponse<String> answer = get("/t/left/x");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("AGENT_OFFLINE");
        });
        assertThat(entry.cluster.map().elsewhere(found.tunnelId())).isEmpty();
    }

    @Test
    void tellsTheOtherReplicaOfAChangedTunnel() {
        BlockingQueue<TunnelNews> heard = new LinkedBlockingQueue<>();
        entry.cluster.onNews(heard::add);
        UUID changed = UUID.randomUUID();

        holder.cluster.tell(changed, CloseReason.TUNNEL_STOPPED);
        entry.cluster.tell(changed, null);

        await().until(() -> !heard.isEmpty());
        assertThat(heard)
                .containsExactly(new TunnelNews(holder.cluster.map().self(), changed, CloseReason.TUNNEL_STOPPED));
    }

    @Test
    void refusesOutsidersWhoCallThemselvesReplicas() throws Exception {
        try (Socket socket = holder.connect()) {
            TestingDataPlane.send(
                    socket,
                    "GET /internal/tunnel/peer HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: culvert.peer.v1\r\n"
                            + "Authorization: Culvert-Peer v1.YQ.Yg.1.bm9uY2U.c2ln\r\n\r\n");

            assertThat(StreamedAnswersIT.readUntil(socket.getInputStream(), "\r\n"))
                    .contains("404");
        }
    }
}
