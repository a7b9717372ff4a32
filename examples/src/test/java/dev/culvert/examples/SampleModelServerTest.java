package dev.culvert.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SampleModelServerTest {

    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello dear tunnel\"}]";

    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonMapper json = new JsonMapper();
    private SampleModelServer server;

    @BeforeEach
    void start() throws IOException {
        server = new SampleModelServer(0, Duration.ofMillis(20));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void streamsTheSameAnswerItGivesInOnePiece() throws Exception {
        JsonNode whole = json.readTree(post("/v1/chat/completions", "{" + MESSAGES + "}"));
        String stream = post(
                "/v1/chat/completions",
                "{\"stream\":true,\"stream_options\":{\"include_usage\":true}," + MESSAGES + "}");

        var text = new StringBuilder();
        List<JsonNode> events = events(stream);
        for (JsonNode event : events) {
            text.append(
                    event.path("choices").path(0).path("delta").path("content").asString(""));
        }
        assertThat(text.toString())
                .isEqualTo(whole.path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asString())
                .contains("Hello dear tunnel")
                .contains("3 words");
        assertThat(stream).endsWith("data: [DONE]\n\n");
        assertThat(events.getLast().path("usage")).isEqualTo(whole.path("usage"));
    }

    @Test
    void tellsNoUsageInAStreamUnlessAsked() throws Exception {
        String stream = post("/v1/chat/completions", "{\"stream\":true," + MESSAGES + "}");

        assertThat(stream).doesNotContain("usage");
    }

    @Test
    void sendsTokensOneByOne() throws Exception {
        HttpResponse<java.io.InputStream> response = http.send(
                request("/v1/chat/completions", "{\"stream\":true," + MESSAGES + "}"), BodyHandlers.ofInputStream());

        var arrivals = new ArrayList<Long>();
        try (var reader =
                new java.io.BufferedReader(new java.io.InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            reader.lines().filter(line -> line.startsWith("data:")).forEach(_ -> arrivals.add(System.nanoTime()));
        }
        long spread = arrivals.getLast() - arrivals.getFirst();
        // More than 300 ms apart as they leave; whoever reads them late finds some of them together.
        assertThat(Duration.ofNanos(spread)).isGreaterThan(Duration.ofMillis(100));
    }

    @Test
    void answersOllamaLineByLine() throws Exception {
        List<String> lines = post("/api/chat", "{" + MESSAGES + "}").lines().toList();

        assertThat(json.readTree(lines.getFirst()).path("done").asBoolean()).isFalse();
        assertThat(json.readTree(lines.getLast()).path("done").asBoolean()).isTrue();
        assertThat(lines).hasSizeGreaterThan(10);
    }

    @Test
    void stopsGeneratingWhenTheClientIsGone() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            String body = "{\"stream\":true," + MESSAGES + "}";
            String head =
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }

        await().untilAsserted(() -> assertThat(server.abandonedAnswers()).isEqualTo(1));
        JsonNode told = json.readTree(
                http.send(HttpRequest.newBuilder(uri("/sample/abandoned")).build(), BodyHandlers.ofString())
                        .body());
        assertThat(told.path("abandoned").asInt()).isEqualTo(1);
        assertThat(told.path("lastAbandonedAt").asDouble()).isGreaterThan(1.7e9);
    }

    @Test
    void listsItsModelAndExplainsWhatItCannotAnswer() throws Exception {
        assertThat(http.send(HttpRequest.newBuilder(uri("/v1/models")).build(), BodyHandlers.ofString())
                        .body())
                .contains("culvert-sample");
        assertThat(post("/v1/chat/completions", "not json")).contains("invalid_request_error");
        assertThat(post("/v1/other", "{}")).contains("invalid_request_error");
    }

    private List<JsonNode> events(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> json.readTree(line.substring("data: ".length())))
                .toList();
    }

    private String post(String path, String body) throws IOException, InterruptedException {
        return http.send(request(path, body), BodyHandlers.ofString()).body();
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
