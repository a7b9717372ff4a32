package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.tunnelprotocol.LinkSettings;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/**
 * Fault 4: many callers who ask for much do not make an event of somebody else wait behind all that is on its way to them. Counts
 * bytes, not time: the network between agent and server lets as many pass as the test says.
 */
@SuppressWarnings("try") // close waits, and tests may be interrupted
class FairShareIT {
    private static final int GREEDY = 100;

    /** What may pass before the event; the windows of all streams together are more than twice as much. */
    private static final long LITTLE = 3 * 1024 * 1024;

    /** Nobody is given up while the network stands still. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final LinkSettings PATIENT = new LinkSettings(
            LinkSettings.DEFAULTS.streamWindowBytes(),
            LinkSettings.DEFAULTS.connectionWindowBytes(),
            GREEDY + 10,
            PATIENCE,
            PATIENCE,
            PATIENCE);

    @Test
    void anEventWaitsBehindLittleHoweverManyOthersAskForMuch() throws Exception {
        CountDownLatch greedyMayWrite = new CountDownLatch(1);
        CountDownLatch eventMayLeave = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        AtomicLong written = new AtomicLong();
        byte[] block = new byte[16 * 1024];
        List<Socket> callers = new ArrayList<>();
        try (TestingDataPlane plane = new TestingDataPlane(patient());
                RawOrigin origin = new RawOrigin();
                Relay relay = new Relay(plane.port::port)) {
            origin.on("/endless", call -> {
                call.write("HTTP/1.1 200 OK\r\nContent-Length: " + Long.MAX_VALUE + "\r\n\r\n");
                asked.incrementAndGet();
                greedyMayWrite.await();
                while (true) {
                    call.out.write(block); // until the connection is closed
                    written.addAndGet(block.length);
                }
            });
            origin.on("/event", call -> {
                call.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
                asked.incrementAndGet();
                eventMayLeave.await();
                call.write("event");
            });
            plane.tunnel("box");
            Agent agent = Agent.start(AgentOptions.of(relay.url(), "box", origin.url(), TestingDataPlane.TOKEN)
                    .withConnections(1)
                    .withLink(PATIENT));
            try {
                agent.awaitConnected(Duration.ofSeconds(30));
                for (int i = 0; i < GREEDY; i++) {
                    callers.add(ask(plane, "/t/box/endless"));
                }
                Socket patient = ask(plane, "/t/box/event");
                callers.add(patient);
                await().atMost(Duration.ofSeconds(30)).until(() -> asked.get() == GREEDY + 1);
                readHead(patient.getInputStream());

                relay.freeze();
                greedyMayWrite.countDown();
                awaitStandstill(written);
                eventMayLeave.countDown();

                relay.letPass(LITTLE);
                patient.setSoTimeout(30_000);
                assertThat(new String(patient.getInputStream().readNBytes(5), StandardCharsets.US_ASCII))
                        .isEqualTo("event");
            } finally {
                agent.kill();
                for (Socket caller : callers) {
                    caller.close();
                }
            }
        }
    }

    private static DataPortProperties patient() {
        return new DataPortProperties(
                "127.0.0.1",
                0,
                2,
                DataSize.ofMegabytes(512),
                PATIENCE,
                PATIENCE,
                Duration.ofSeconds(1),
                PATIENCE,
                PATIENCE,
                PATIENCE);
    }

    private static Socket ask(TestingDataPlane plane, String path) throws Exception {
        Socket socket = plane.connect();
        TestingDataPlane.send(socket, TestingDataPlane.get(path));
        return socket;
    }

    private static void readHead(InputStream in) throws Exception {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as("head of the answer").isNotNegative();
            head.append((char) next);
        }
    }

    /** Back-pressure has reached the local service when it writes no more. */
    private static void awaitStandstill(AtomicLong written) {
        AtomicLong before = new AtomicLong(-1);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> written.get() > 0 && before.getAndSet(written.get()) == written.get());
    }
}
