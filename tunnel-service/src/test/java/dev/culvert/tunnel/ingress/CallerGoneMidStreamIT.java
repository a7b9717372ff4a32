package dev.culvert.tunnel.ingress;

import static dev.culvert.tunnel.ingress.StreamedAnswersIT.readUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A caller that leaves is noticed by the local service at once, so that a model stops computing for nobody. */
class CallerGoneMidStreamIT {
    /** Milliseconds unless the machine is busy; nothing but the caller's leaving would close it within a minute. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    private static TestingDataPlane plane;
    private static RawOrigin origin;
    private static Agent agent;

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        plane.tunnel("box");
        agent = plane.agent("box", origin.url());
    }

    @AfterAll
    static void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @Test
    void closesTheLocalConnectionWhenTheCallerLeavesBeforeTheAnswer() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        LinkedBlockingQueue<Long> closed = new LinkedBlockingQueue<>();
        origin.on("/slow", call -> {
            asked.countDown();
            call.awaitClosedByPeer();
            closed.add(System.nanoTime());
            call.closes = true;
        });

        Socket socket = plane.connect();
        TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/slow"));
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        long left = System.nanoTime();
        socket.close();

        assertClosedAtOnce(left, closed);
    }

    @Test
    void closesTheLocalConnectionWhenTheCallerLeavesInTheMiddleOfAnAnswer() throws Exception {
        LinkedBlockingQueue<Long> closed = new LinkedBlockingQueue<>();
        origin.on("/half", call -> {
            call.startChunked("text/event-stream");
            call.chunk("data: first\n\n");
            call.awaitClosedByPeer();
            closed.add(System.nanoTime());
            call.closes = true;
        });

        Socket socket = plane.connect();
        TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/half"));
        readUntil(socket.getInputStream(), "data: first");
        long left = System.nanoTime();
        socket.close();

        assertClosedAtOnce(left, closed);
        await().untilAsserted(() -> assertThat(plane.traffic)
                .anySatisfy(traffic -> assertThat(traffic.outcome()).isEqualTo(Outcome.CALLER_GONE)));
    }

    @Test
    void closesTheLocalConnectionWhenTheCallerLeavesInTheMiddleOfAnUpload() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        LinkedBlockingQueue<Long> closed = new LinkedBlockingQueue<>();
        origin.on("/upload", call -> {
            call.in.read();
            started.countDown();
            call.awaitClosedByPeer();
            closed.add(System.nanoTime());
            call.closes = true;
        });

        Socket socket = plane.connect();
        TestingDataPlane.send(
                socket,
                TestingDataPlane.get("/t/box/upload")
                        .replace("GET", "POST")
                        .replace("\r\n\r\n", "\r\nContent-Length: 1000\r\n\r\nabc"));
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        long left = System.nanoTime();
        socket.close();

        assertClosedAtOnce(left, closed);
    }

    @Test
    void survivesAThousandCallersWhoLeave() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        origin.on("/many", call -> {
            asked.incrementAndGet();
            call.awaitClosedByPeer();
            closed.incrementAndGet();
            call.closes = true;
        });
        int connectionsBefore = agent.connectionsUp();

        for (int round = 0; round < 20; round++) {
            Socket[] sockets = new Socket[50];
            for (int i = 0; i < sockets.length; i++) {
                sockets[i] = plane.connect();
                TestingDataPlane.send(sockets[i], TestingDataPlane.get("/t/box/many"));
            }
            int expected = (round + 1) * sockets.length;
            await().atMost(Duration.ofSeconds(30)).until(() -> asked.get() == expected);
            for (Socket socket : sockets) {
                socket.close();
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> closed.get() == expected);
        }

        assertThat(agent.connectionsUp()).isEqualTo(connectionsBefore);
        origin.on("/alive", call -> call.answer("200 OK", "still here"));
        assertThat(plane.client
                        .send(plane.request("/t/box/alive").build(), BodyHandlers.ofString())
                        .body())
                .isEqualTo("still here");
        await().untilAsserted(() -> {
            assertThat(plane.port.requests()).isZero();
            assertThat(plane.port.reservedBytes()).isZero();
            assertThat(plane.registry.requests()).isZero();
        });
    }

    private static void assertClosedAtOnce(long left, LinkedBlockingQueue<Long> closed) throws InterruptedException {
        Long at = closed.poll(30, TimeUnit.SECONDS);
        assertThat(at).as("the local service sees the connection close").isNotNull();
        assertThat(Duration.ofNanos(at - left)).isLessThan(AT_ONCE);
    }
}
