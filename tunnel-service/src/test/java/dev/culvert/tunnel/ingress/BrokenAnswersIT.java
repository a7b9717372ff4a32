package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers of local services that do not keep to HTTP, or lead astray, and callers that do not take them. */
class BrokenAnswersIT {
    private static TestingDataPlane plane;
    private static RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        plane.tunnel("box");
        plane.agent("box", origin.url());
        plane.tunnel("hasty", 10, Duration.ofMillis(500));
        plane.agent("hasty", origin.url());
    }

    @AfterAll
    static void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @Test
    void aChunkWithoutASizeIsNoEnd() throws Exception {
        origin.on("/chunks", call -> {
            call.startChunked("text/plain");
            call.chunk("good");
            call.write("not-a-size\r\nbad\r\n0\r\n\r\n");
            call.closes = true;
        });

        assertThat(answer("/t/box/chunks")).contains("good").doesNotContain("\r\n0\r\n\r\n");
    }

    @Test
    void bytesBeyondTheLengthAreNobodysAnswer() throws Exception {
        origin.on(
                "/more",
                call -> call.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoodHTTP/1.1 200 OK\r\n"
                        + "Content-Length: 4\r\n\r\nevil"));

        assertThat(get("/t/box/more")).isEqualTo("good");
        for (int i = 0; i < 5; i++) {
            assertThat(get("/t/box/ok")).isEqualTo("ok");
        }
    }

    @Test
    void twoLengthsAreNoAnswer() throws Exception {
        origin.on("/two", call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\nwhat");
            call.closes = true;
        });

        assertThat(answer("/t/box/two")).startsWith("HTTP/1.1 502").contains("UPSTREAM_ERROR");
    }

    @Test
    void aRedirectIsTheCallersToFollow() throws Exception {
        origin.on(
                "/redirect",
                call -> call.answer("302 Found", "", "Location: http://169.254.169.254/latest/meta-data/"));

        HttpResponse<String> answer;
        try (HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .build()) {
            answer = client.send(plane.request("/t/box/redirect").build(), BodyHandlers.ofString());
        }

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location")).contains("http://169.254.169.254/latest/meta-data/");
    }

    @Test
    void aCallerThatNeverReadsIsCutOffOnceNothingMoves() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        byte[] block = new byte[64 * 1024];
        origin.on("/endless", call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n");
            try {
                while (true) {
                    call.out.write(block);
                }
            } catch (IOException e) {
                closed.countDown();
                throw e;
            }
        });

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/hasty/endless"));

            await().atMost(Duration.ofSeconds(30)).until(() -> closed.getCount() == 0);
            await().until(() -> plane.port.requests() == 0 && plane.port.reservedBytes() == 0);
        }
    }

    /** The token was good when the answer began; from then on it asks for nothing more. */
    @Test
    void anAnswerOutlivesTheTokenItWasAskedWith() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        origin.on("/long", call -> {
            call.startChunked("text/event-stream");
            call.chunk("data: before\n\n");
            goOn.await();
            call.chunk("data: after\n\n");
            call.endChunks();
        });
        String expiring = "expiring";
        plane.callers.put(expiring, plane.callers.get(TestingDataPlane.TOKEN));

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(
                    socket, TestingDataPlane.get("/t/box/long").replace(TestingDataPlane.TOKEN, expiring));
            StreamedAnswersIT.readUntil(socket.getInputStream(), "before");
            plane.callers.remove(expiring);
            await().until(() -> status(expiring) == 401);
            goOn.countDown();

            assertThat(StreamedAnswersIT.readUntil(socket.getInputStream(), "0\r\n\r\n"))
                    .contains("after");
        }
    }

    private static int status(String token) throws Exception {
        return plane.client
                .send(
                        plane.request("/t/box/ok")
                                .setHeader("Authorization", "Bearer " + token)
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private static String get(String path) throws Exception {
        return plane.client
                .send(plane.request(path).build(), BodyHandlers.ofString())
                .body();
    }

    /** All that comes over a connection of its own, however it ends. */
    private static String answer(String path) throws Exception {
        StringBuilder all = new StringBuilder();
        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(
                    socket, TestingDataPlane.get(path).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
            byte[] buffer = new byte[4096];
            for (int read = socket.getInputStream().read(buffer);
                    read >= 0;
                    read = socket.getInputStream().read(buffer)) {
                all.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // A reset is an end as well.
        }
        return all.toString();
    }
}
