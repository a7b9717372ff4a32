package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.tunnel.NoLeaks;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What waits in a stream that nobody reads is given back when the request ends, whoever ends it. Each test does it often, and
 * {@link NoLeaks} sees what was lost.
 */
class BuffersGivenBackIT {
    private static final int TIMES = 20;
    private static final int FEW = 4;

    private TestingDataPlane plane;
    private RawOrigin origin;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        plane.tunnel("box");
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        origin.close();
        assertThat(NoLeaks.lost()).isEmpty();
    }

    /** The agent reads no body until it has a local service for it, and here it never gets one. */
    @Test
    void ofABodyForALocalServiceThatIsNotThere() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        plane.agent("box", "http://127.0.0.1:" + free);

        for (int i = 0; i < TIMES; i++) {
            HttpResponse<String> answer = plane.client.send(
                    plane.request("/t/box/")
                            .POST(BodyPublishers.ofByteArray(new byte[20_000]))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(502);
        }
    }

    /** The agent has stopped reading, because the local service takes nothing; then that has its answer ready. */
    @Test
    void ofABodyThatTheLocalServiceAnswersWithoutHearingIt() throws Exception {
        Semaphore enough = new Semaphore(0);
        origin.on("/upload", call -> {
            enough.acquire();
            call.answer("413 Content Too Large", "too much");
            call.closes = true;
        });
        plane.agent("box", origin.url());

        for (int i = 0; i < FEW; i++) {
            try (Socket socket = plane.connect()) {
                TestingDataPlane.send(
                        socket,
                        TestingDataPlane.get("/t/box/upload")
                                .replace("GET", "POST")
                                .replace("\r\n\r\n", "\r\nContent-Length: 1000000000\r\n\r\n"));
                fill(socket);
                enough.release();
                assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                        .isIn("HTTP/1.1 413", "HTTP/1.1 502");
            }
        }
        await().until(() -> plane.port.reservedBytes() == 0);
    }

    /** Sends until nothing is taken any more. */
    static void fill(Socket socket) throws Exception {
        AtomicLong sent = new AtomicLong();
        Thread.ofVirtual().start(() -> {
            byte[] piece = new byte[64 * 1024];
            try {
                while (true) {
                    socket.getOutputStream().write(piece);
                    sent.addAndGet(piece.length);
                }
            } catch (IOException e) {
                // The answer is here, and the connection is over.
            }
        });
        awaitStandstill(sent);
    }

    private static void awaitStandstill(AtomicLong bytes) {
        AtomicLong before = new AtomicLong(-1);
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> bytes.get() > 0 && before.getAndSet(bytes.get()) == bytes.get());
    }

    /** The local service says more than the caller of a WebSocket reads, who then leaves. */
    @Test
    void ofAPipeWhoseCallerLeaves() throws Exception {
        CountDownLatch gone = new CountDownLatch(FEW);
        AtomicLong said = new AtomicLong();
        origin.on("/flood", call -> {
            call.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: " + WebSocketKey.accept(call.header("sec-websocket-key")) + "\r\n\r\n");
            call.closes = true;
            byte[] piece = new byte[64 * 1024];
            try {
                while (true) {
                    call.out.write(piece);
                    said.addAndGet(piece.length);
                }
            } catch (IOException e) {
                gone.countDown();
            }
        });
        plane.agent("box", origin.url());

        List<Socket> callers = new ArrayList<>();
        for (int i = 0; i < FEW; i++) {
            Socket socket = plane.connect();
            TestingDataPlane.send(
                    socket,
                    TestingDataPlane.get("/t/box/flood")
                            .replace(
                                    "\r\n\r\n",
                                    "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            callers.add(socket);
        }
        awaitStandstill(said);
        for (Socket socket : callers) {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        await().until(() -> plane.port.reservedBytes() == 0);
    }

    /** What waits for callers who read nothing, when the port stops and the thread of those callers is late by far. */
    @Test
    void ofCallersThatAreCutOffWhileTheirThreadIsBusy() throws Exception {
        plane.close();
        plane = new TestingDataPlane(TestingDataPlane.properties(Duration.ofMillis(100)));
        plane.tunnel("box");
        AtomicLong said = new AtomicLong();
        origin.on("/flood", call -> {
            call.startChunked("text/plain");
            while (true) {
                call.chunk("x".repeat(64 * 1024));
                said.addAndGet(1);
            }
        });
        plane.agent("box", origin.url());
        List<Socket> callers = new ArrayList<>();
        for (int i = 0; i < FEW; i++) {
            Socket socket = plane.connect();
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/flood"));
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            callers.add(socket);
        }
        awaitStandstill(said);
        EventExecutor ofLink =
                plane.registry.usable().getFirst().link().channel().eventLoop();
        CountDownLatch never = new CountDownLatch(1);
        plane.port.server().workers().forEach(loop -> {
            if (loop != ofLink) {
                loop.execute(() -> busy(never));
            }
        });

        plane.stop();

        for (Socket socket : callers) {
            socket.close();
        }
    }

    /** Longer than a port that stops waits for connections to close, and for threads to have nothing to do. */
    private static void busy(CountDownLatch never) {
        try {
            assertThat(never.await(1500, TimeUnit.MILLISECONDS)).isFalse();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A replica is killed with answers under way: how tests kill is no leak either, or it would hide those that count. */
    @Test
    @SuppressWarnings("try") // close waits, and tests may be interrupted
    void ofReplicasThatAreKilled() throws Exception {
        origin.on("/long", call -> {
            call.startChunked("text/plain");
            for (int i = 0; i < 500; i++) {
                call.chunk("x".repeat(64 * 1024));
            }
        });
        for (int i = 0; i < 3; i++) {
            try (TestingReplicas replicas = new TestingReplicas()) {
                TestingDataPlane entry = replicas.start("entry" + i);
                TestingDataPlane killed = replicas.start("killed" + i);
                replicas.tunnel("box");
                replicas.agentOn(killed, entry, "box", origin.url());
                List<HttpResponse<InputStream>> answers = new ArrayList<>();
                for (int j = 0; j < 10; j++) {
                    TestingDataPlane through = j % 2 == 0 ? entry : killed;
                    answers.add(
                            through.client.send(through.request("/t/box/long").build(), BodyHandlers.ofInputStream()));
                }

                killed.crash();

                for (HttpResponse<InputStream> answer : answers) {
                    answer.body().close();
                }
                await().atMost(Duration.ofSeconds(10)).until(() -> entry.port.reservedBytes() == 0);
            }
        }
    }
}
