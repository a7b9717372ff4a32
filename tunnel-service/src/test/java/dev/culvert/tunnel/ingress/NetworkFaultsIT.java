package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The network between agent and server does its worst; the tunnel does what can be done about it. */
class NetworkFaultsIT {
    private static final Duration SUSPECT = TestingDataPlane.properties().suspectAfter();
    private static final Duration GIVEN_UP = TestingDataPlane.properties().closeAfter();

    private TestingDataPlane plane;
    private RawOrigin origin;
    private Relay relay;
    private Agent behindTheRelay;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        relay = new Relay(plane.port::port);
        plane.tunnel("box");
        behindTheRelay = Agent.start(AgentOptions.of(relay.url(), "box", origin.url(), TestingDataPlane.TOKEN)
                .withConnections(1));
        behindTheRelay.awaitConnected(Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() throws Exception {
        behindTheRelay.kill();
        relay.close();
        plane.close();
        origin.close();
    }

    @Test
    void aFrozenLinkCostsOneRequestItsTimeAndTheOthersNothing() throws Exception {
        plane.agent("box", origin.url());
        await().until(() -> plane.registry.connections() == 2);

        relay.freeze();

        // At least one of these meets the frozen link, and gets its answer over the other one.
        long begun = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            assertThat(get().statusCode()).isEqualTo(200);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(GIVEN_UP.multipliedBy(3));
        // From now on none meets it. Half of them tell that, however busy this machine is.
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            long sent = System.nanoTime();
            assertThat(get().statusCode()).isEqualTo(200);
            waits.add(Duration.ofNanos(System.nanoTime() - sent));
        }
        waits.sort(Comparator.naturalOrder());
        assertThat(waits.get(10)).isLessThan(SUSPECT);
        assertThat(waits.getLast()).isLessThan(GIVEN_UP);
    }

    @Test
    void aLinkThatThawsInTimeGoesOn() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        origin.on("/late", call -> {
            asked.countDown();
            call.answer("200 OK", "late");
        });

        relay.freeze();
        CompletableFuture<HttpResponse<String>> answer =
                plane.client.sendAsync(plane.request("/t/box/late").build(), BodyHandlers.ofString());
        await().until(() -> plane.registry.figures().stream()
                .anyMatch(session -> session.health() == dev.culvert.tunnel.session.SessionFigures.Health.SUSPECT));
        relay.thaw();

        assertThat(answer.get(30, TimeUnit.SECONDS).body()).isEqualTo("late");
        assertThat(asked.getCount()).isZero();
        assertThat(plane.sessions).as("connected once and never lost").hasSize(1);
    }

    /** 200 ms of round trip: the window a stream begins with would let 16 MB take half a minute or more. */
    @Test
    void aLongWayIsFilledByAGrowingWindow() throws Exception {
        int size = 16 * 1024 * 1024;
        origin.on("/large", call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
            new UploadsIT.Generated(size, 3).transferTo(call.out);
        });
        relay.late(Duration.ofMillis(100));

        long begun = System.nanoTime();
        var answer = plane.client.send(plane.request("/t/box/large").build(), BodyHandlers.ofInputStream());
        assertThat(answer.body().transferTo(OutputStream.nullOutputStream())).isEqualTo(size);

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(25));
        assertThat(plane.sessions).as("late is not lost").hasSize(1);
    }

    @Test
    void isBackSoonAfterTheNetworkIs() throws Exception {
        relay.goAway();
        await().until(() -> plane.registry.connections() == 0);
        assertThat(get().statusCode()).isEqualTo(503);

        relay.comeBack();

        await().atMost(Duration.ofSeconds(6)).until(() -> get().statusCode() == 200);
    }

    /** The local service takes nothing, so the agent has stopped reading when its link is lost. */
    @Test
    void aLinkThatIsLostUnderAStuckUploadEndsItAtTheLocalService() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        origin.on("/stuck", call -> takeNothingUntilGone(call, gone));
        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, hugeUpload("/t/box/stuck"));
            BuffersGivenBackIT.fill(socket);

            relay.reset();

            assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    static String hugeUpload(String path) {
        return TestingDataPlane.get(path)
                .replace("GET", "POST")
                .replace("\r\n\r\n", "\r\nContent-Length: 1000000000\r\n\r\n");
    }

    /** Reads nothing; what it says shows whether anybody is there, and means nothing. */
    static void takeNothingUntilGone(RawOrigin.Call call, CountDownLatch gone) throws InterruptedException {
        call.closes = true;
        try {
            while (!gone.await(50, TimeUnit.MILLISECONDS)) {
                call.write("HTTP/1.1 100 Continue\r\n\r\n");
            }
        } catch (IOException e) {
            gone.countDown();
        }
    }

    @Test
    void linksThatFlapLeaveNothingBehind() throws Exception {
        for (int i = 1; i <= 8; i++) {
            int connectedBefore = i;
            // The agent waits longer each time.
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> plane.registry.connections() == 1 && connected() >= connectedBefore);
            relay.reset();
            await().until(() -> plane.registry.connections() == 0 || connected() > connectedBefore);
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> get().statusCode() == 200);
        assertThat(plane.registry.connections()).isEqualTo(1);
        await().until(() -> plane.port.requests() == 0 && plane.port.reservedBytes() == 0);
    }

    private long connected() {
        return plane.sessions.stream()
                .filter(dev.culvert.tunnel.session.SessionEvent.Connected.class::isInstance)
                .count();
    }

    private HttpResponse<String> get() throws Exception {
        return plane.client.send(plane.request("/t/box/ok").build(), BodyHandlers.ofString());
    }
}
