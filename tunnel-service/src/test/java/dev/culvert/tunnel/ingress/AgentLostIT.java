package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.tunnel.session.SessionEvent;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An agent, its link, or the local service ends in the middle of things. */
class AgentLostIT {
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
    }

    @Test
    void answers503WhenTheAgentIsLostBeforeTheAnswer() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        origin.on("/slow", call -> {
            asked.countDown();
            call.awaitClosedByPeer();
            call.closes = true;
        });
        Agent agent = plane.agent("box", origin.url());
        CompletableFuture<HttpResponse<String>> answer =
                plane.client.sendAsync(plane.request("/t/box/slow").build(), BodyHandlers.ofString());
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

        agent.kill();

        assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        assertThat(answer.get().body()).contains("AGENT_OFFLINE");
    }

    @Test
    void neverEndsAnAnswerCleanlyThatTheAgentDidNotFinish() throws Exception {
        origin.on("/half", call -> {
            call.startChunked("text/plain");
            call.chunk("half");
            call.awaitClosedByPeer();
            call.closes = true;
        });
        Agent agent = plane.agent("box", origin.url());

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/half"));
            StreamedAnswersIT.readUntil(socket.getInputStream(), "half\r\n");
            agent.kill();

            assertThat(restOf(socket)).doesNotContain("0\r\n\r\n");
        }
        await().untilAsserted(() -> assertThat(plane.traffic).anySatisfy(traffic -> {
            assertThat(traffic.outcome()).isEqualTo(Outcome.CUT_OFF);
            assertThat(traffic.bytesOut()).isEqualTo(4);
        }));
    }

    @Test
    void neverEndsAnAnswerCleanlyThatTheLocalServiceDidNotFinish() throws Exception {
        origin.on("/chunked", call -> {
            call.startChunked("text/plain");
            call.chunk("half");
            call.closes = true;
        });
        origin.on("/length", call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            call.closes = true;
        });
        plane.agent("box", origin.url());

        for (String path : new String[] {"/t/box/chunked", "/t/box/length"}) {
            try (Socket socket = plane.connect()) {
                TestingDataPlane.send(socket, TestingDataPlane.get(path));

                assertThat(restOf(socket)).contains("half").doesNotContain("\r\n0\r\n\r\n");
            }
        }
    }

    @Test
    void resetsAnOldClientWhoseAnswerIsCutOff() throws Exception {
        origin.on("/chunked", call -> {
            call.startChunked("text/plain");
            call.chunk("half");
            call.awaitClosedByPeer();
            call.closes = true;
        });
        Agent agent = plane.agent("box", origin.url());

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/chunked").replace("HTTP/1.1", "HTTP/1.0"));
            StreamedAnswersIT.readUntil(socket.getInputStream(), "half");
            agent.kill();

            // The end of the connection would be the end of the body, so it must not look like one.
            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> socket.getInputStream().readAllBytes())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void comesBackAfterItsConnectionsWereCut() throws Exception {
        origin.on("/ok", call -> call.answer("200 OK", "ok"));
        try (Cable cable = new Cable(plane.port.port())) {
            Agent agent = Agent.start(dev.culvert.agent.AgentOptions.of(
                            "http://127.0.0.1:" + cable.port(), "box", origin.url(), TestingDataPlane.TOKEN)
                    .withConnections(2));
            agent.awaitConnected(Duration.ofSeconds(30));
            assertThat(get("/t/box/ok").statusCode()).isEqualTo(200);

            cable.cut();
            await().until(() -> plane.sessions.stream().anyMatch(SessionEvent.Disconnected.class::isInstance));

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> get("/t/box/ok").statusCode() == 200 && agent.connectionsUp() == 2);
            agent.kill();
        }
    }

    @Test
    void givesUpALinkThatFallsSilentAndUsesTheOther() throws Exception {
        origin.on("/ok", call -> call.answer("200 OK", "ok"));
        try (Cable cable = new Cable(plane.port.port())) {
            Agent agent = Agent.start(dev.culvert.agent.AgentOptions.of(
                            "http://127.0.0.1:" + cable.port(), "box", origin.url(), TestingDataPlane.TOKEN)
                    .withConnections(1));
            agent.awaitConnected(Duration.ofSeconds(30));

            cable.freeze();

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(plane.sessions)
                            .anySatisfy(event -> assertThat(event)
                                    .isInstanceOfSatisfying(
                                            SessionEvent.Disconnected.class,
                                            down -> assertThat(down.reason()).isEqualTo("silent"))));
            assertThat(get("/t/box/ok").statusCode()).isEqualTo(503);
            agent.kill();
        }
    }

    @Test
    void tellsTheControlPlaneOfEveryConnectionInOrder() throws Exception {
        Agent agent = plane.agent(
                "box", origin.url(), options -> options.withConnections(2), new dev.culvert.agent.AgentListener() {});
        await().until(() -> plane.registry.connections() == 2);
        agent.kill();
        await().until(() -> plane.sessions.size() == 4);

        assertThat(plane.sessions).extracting(SessionEvent::connections).containsExactly(1, 2, 1, 0);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return plane.client.send(plane.request(path).build(), BodyHandlers.ofString());
    }

    private static String restOf(Socket socket) {
        StringBuilder rest = new StringBuilder();
        try {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                rest.append((char) next);
            }
        } catch (IOException e) {
            // A reset says it even more clearly.
        }
        return rest.toString();
    }

    /** The network between agent and server: can be cut, and can be frozen, which neither side is told. */
    private static final class Cable implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
        private volatile boolean frozen;

        Cable(int port) throws IOException {
            threads.execute(() -> {
                while (!listener.isClosed()) {
                    try {
                        Socket near = listener.accept();
                        Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
                        sockets.add(near);
                        sockets.add(far);
                        threads.execute(() -> copy(near, far));
                        threads.execute(() -> copy(far, near));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
        }

        int port() {
            return listener.getLocalPort();
        }

        private void copy(Socket from, Socket to) {
            byte[] buffer = new byte[16 * 1024];
            try (from;
                    to) {
                for (int read = from.getInputStream().read(buffer);
                        read >= 0;
                        read = from.getInputStream().read(buffer)) {
                    if (!frozen) {
                        to.getOutputStream().write(buffer, 0, read);
                    }
                }
            } catch (IOException e) {
                // Cut.
            }
        }

        void cut() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
            sockets.clear();
        }

        void freeze() {
            frozen = true;
        }

        @Override
        public void close() throws IOException {
            listener.close();
            cut();
            threads.shutdownNow();
        }
    }
}
