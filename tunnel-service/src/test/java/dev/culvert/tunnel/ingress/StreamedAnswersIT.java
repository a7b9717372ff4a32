package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers pass byte-exact and piece by piece (requirement R4.1d). */
class StreamedAnswersIT {
    private static TestingDataPlane plane;
    private static RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        plane.tunnel("box");
        plane.agent("box", origin.url());
    }

    @AfterAll
    static void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @Test
    void passesARequestAndItsAnswer() throws Exception {
        origin.on("/echo", call -> {
            String body = new String(call.body(), StandardCharsets.UTF_8);
            call.answer("201 Created", call.method + " " + call.target + " " + body, "X-Answer: yes");
        });

        HttpResponse<String> answer = plane.client.send(
                plane.request("/t/box/echo?a=1&b=%2F")
                        .POST(BodyPublishers.ofString("hello"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("X-Answer")).contains("yes");
        assertThat(answer.body()).isEqualTo("POST /echo?a=1&b=%2F hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/event-stream",
                "application/x-ndjson",
                "application/json",
                "text/plain",
                "application/octet-stream"
            })
    void deliversEachChunkBeforeTheNextIsWritten(String contentType) throws Exception {
        SynchronousQueue<String> next = new SynchronousQueue<>();
        origin.on("/stream", call -> {
            call.startChunked(contentType);
            for (String chunk = next.take(); !chunk.isEmpty(); chunk = next.take()) {
                call.chunk(chunk);
            }
            call.endChunks();
        });

        HttpResponse<InputStream> answer =
                plane.client.send(plane.request("/t/box/stream").build(), BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        for (int i = 0; i < 20; i++) {
            assertThat(next.offer("data: " + i + "\n", 30, TimeUnit.SECONDS)).isTrue();
            // Reads before the next chunk is even written: a chunk held back anywhere would block here.
            assertThat(lines.readLine()).isEqualTo("data: " + i);
        }
        next.put("");

        assertThat(lines.readLine()).isNull();
        assertThat(answer.headers().firstValue("Content-Type")).contains(contentType);
    }

    @Test
    void passesTrailers() throws Exception {
        origin.on(
                "/trailers",
                call -> call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: grpc-status\r\n\r\n"
                        + "3\r\nabc\r\n0\r\ngrpc-status: 7\r\n\r\n"));

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/trailers"));
            String answer = readUntil(socket.getInputStream(), "grpc-status: 7\r\n\r\n");

            assertThat(answer).contains("\r\n3\r\nabc\r\n0\r\ngrpc-status: 7\r\n\r\n");
        }
    }

    @Test
    void keepsTheLengthOfAnAnswerToHead() throws Exception {
        origin.on("/head", call -> call.write("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"));

        HttpResponse<String> answer =
                plane.client.send(plane.request("/t/box/head").HEAD().build(), BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Length")).contains("1234");
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    void passesAnswersWithoutABody(String status) throws Exception {
        origin.on("/empty", call -> call.write("HTTP/1.1 " + status + "\r\nX-Answer: yes\r\n\r\n"));

        for (int i = 0; i < 3; i++) {
            HttpResponse<String> answer =
                    plane.client.send(plane.request("/t/box/empty").build(), BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
            assertThat(answer.headers().firstValue("X-Answer")).contains("yes");
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void passesAnAnswerThatEndsWithItsConnection() throws Exception {
        origin.on("/old", call -> {
            call.closes = true;
            call.write("HTTP/1.0 200 OK\r\n\r\nuntil the end");
        });

        HttpResponse<String> answer =
                plane.client.send(plane.request("/t/box/old").build(), BodyHandlers.ofString());

        assertThat(answer.body()).isEqualTo("until the end");
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        origin.on("/a", call -> call.answer("200 OK", "first-answer"));
        origin.on("/b", call -> call.answer("200 OK", "second-answer"));

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(socket, TestingDataPlane.get("/t/box/a") + TestingDataPlane.get("/t/box/b"));
            String answers = readUntil(socket.getInputStream(), "second-answer");

            assertThat(answers.indexOf("first-answer")).isPositive().isLessThan(answers.indexOf("second-answer"));
        }
    }

    @Test
    void servesRequestAfterRequestOnAConnectionThatNeverWaits() throws Exception {
        origin.on("/a", call -> {
            call.body();
            call.answer("200 OK", "answer-" + call.header("x-number") + ".");
        });

        try (Socket socket = plane.connect()) {
            for (int round = 0; round < 50; round++) {
                // Two at once with bodies, so that every part of a request has to wait for its turn.
                for (int number : new int[] {round, round + 1000}) {
                    String fields = "\r\nX-Number: " + number + "\r\nContent-Length: 3\r\n\r\nabc";
                    String request = TestingDataPlane.get("/t/box/a").replace("\r\n\r\n", fields);
                    TestingDataPlane.send(socket, number % 2 == 0 ? request.replace("GET", "POST") : request);
                }
                readUntil(socket.getInputStream(), "answer-" + round + ".");
                readUntil(socket.getInputStream(), "answer-" + (round + 1000) + ".");
            }
        }
    }

    @Test
    void answersAnOldClientWithoutChunks() throws Exception {
        origin.on("/chunked", call -> {
            call.startChunked("text/plain");
            call.chunk("abc");
            call.endChunks();
        });

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(
                    socket,
                    "GET /t/box/chunked HTTP/1.0\r\nAuthorization: Bearer " + TestingDataPlane.TOKEN + "\r\n\r\n");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(answer).endsWith("\r\n\r\nabc").doesNotContain("chunked");
        }
    }

    static String readUntil(InputStream in, String end) throws Exception {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new AssertionError("Ended early: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }
}
