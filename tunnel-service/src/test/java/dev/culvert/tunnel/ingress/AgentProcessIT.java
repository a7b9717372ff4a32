package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.AgentCommand;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What only happens to a process: it is killed without a word, or sleeps with the machine it runs on. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no such signals")
class AgentProcessIT {
    private TestingDataPlane plane;
    private RawOrigin origin;
    private Process agent;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        plane.tunnel("box");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AgentCommand.class.getName(),
                        "--server",
                        plane.url(),
                        "--tunnel",
                        "box",
                        "--to",
                        origin.url())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("CULVERT_API_KEY", TestingDataPlane.TOKEN);
        agent = builder.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> plane.registry.connections() == 1);
    }

    @AfterEach
    void stop() throws Exception {
        agent.destroyForcibly().waitFor();
        plane.close();
        origin.close();
    }

    /** Fault 1: told within a second, never by a clean end, and counted to the byte. */
    @Test
    void isKilledInTheMiddleOfAnAnswer() throws Exception {
        origin.on("/tokens", call -> {
            call.startChunked("text/event-stream");
            for (int i = 0; i < 50; i++) {
                call.chunk("data: token " + i % 10 + "\n\n");
            }
            call.awaitClosedByPeer();
            call.closes = true;
        });
        long expected = 50L * "data: token 0\n\n".length();

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/tokens"));
            InputStream in = socket.getInputStream();
            for (int i = 0; i < 50; i++) {
                StreamedAnswersIT.readUntil(in, "data: token " + i % 10);
            }

            agent.destroyForcibly();

            long killed = System.nanoTime();
            assertThat(rest(in)).doesNotContain("0\r\n\r\n");
            assertThat(Duration.ofNanos(System.nanoTime() - killed))
                    .as("by the end of the connection, not by its silence")
                    .isLessThan(TestingDataPlane.properties().closeAfter());
        }
        await().untilAsserted(() -> assertThat(plane.traffic).singleElement().satisfies(traffic -> {
            assertThat(traffic.outcome()).isEqualTo(Outcome.CUT_OFF);
            assertThat(traffic.bytesOut()).isEqualTo(expected);
        }));
    }

    /** Fault 9: a laptop sleeps until the server has given the link up, and wakes. */
    @Test
    void isBackSoonAfterItsMachineWakes() throws Exception {
        signal("STOP");
        await().atMost(Duration.ofSeconds(30)).until(() -> plane.registry.connections() == 0);

        signal("CONT");

        // Three times as long on a machine that does much else.
        await().atMost(Duration.ofSeconds(6)).until(() -> plane.registry.connections() == 1);
        assertThat(plane.client
                        .send(plane.request("/t/box/ok").build(), java.net.http.HttpResponse.BodyHandlers.ofString())
                        .body())
                .isEqualTo("ok");
    }

    private void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(agent.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static String rest(InputStream in) {
        try {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // a reset says it even more clearly
        }
    }
}
