package dev.culvert.runner.demo;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Plain HTTP against the gateway, as any client would speak it. An answer with another status than expected ends the demo. */
final class GatewayClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI base;

    GatewayClient(URI base) {
        this.base = base;
    }

    URI uri(String path) {
        return base.resolve(path);
    }

    JsonNode get(String path, String token) throws IOException, InterruptedException {
        return json(200, send("GET", path, Optional.of(token), Optional.empty()));
    }

    JsonNode post(int expected, String path, Optional<String> token, Map<String, ?> body)
            throws IOException, InterruptedException {
        return json(expected, send("POST", path, token, Optional.of(body)));
    }

    /** Asks the authorization server for something as an application that proves itself with its secret. */
    JsonNode form(String path, String clientId, String secret, Map<String, String> fields)
            throws IOException, InterruptedException {
        String credentials =
                Base64.getEncoder().encodeToString((clientId + ":" + secret).getBytes(StandardCharsets.UTF_8));
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Basic " + credentials)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body));
        return json(200, exchange(request, BodyHandlers.ofInputStream()));
    }

    void delete(String path, String token) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = send("DELETE", path, Optional.of(token), Optional.empty());
        requireStatus(204, answer);
        answer.body().close();
    }

    String text(URI uri) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = exchange(HttpRequest.newBuilder(uri), BodyHandlers.ofInputStream());
        requireStatus(200, answer);
        return body(answer);
    }

    /** A call whose answer is read while it arrives. */
    HttpResponse<InputStream> stream(String path, String apiKey, Map<String, ?> body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer " + apiKey)
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(publisher(Optional.of(body)));
        HttpResponse<InputStream> answer = exchange(request, BodyHandlers.ofInputStream());
        requireStatus(200, answer);
        return answer;
    }

    private HttpResponse<InputStream> send(
            String method, String path, Optional<String> token, Optional<Map<String, ?>> body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).method(method, publisher(body));
        token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        body.ifPresent(_ -> request.header("Content-Type", "application/json"));
        return exchange(request, BodyHandlers.ofInputStream());
    }

    private <T> HttpResponse<T> exchange(HttpRequest.Builder request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        try {
            return http.send(request.timeout(TIMEOUT).build(), handler);
        } catch (ConnectException e) {
            throw new Refusal("Nothing answers at " + base + ": ./culvert status shows what runs.", e);
        }
    }

    private static BodyPublisher publisher(Optional<Map<String, ?>> body) {
        return body.map(map -> BodyPublishers.ofString(Json.MAPPER.writeValueAsString(map)))
                .orElseGet(BodyPublishers::noBody);
    }

    private static JsonNode json(int expected, HttpResponse<InputStream> answer) throws IOException {
        requireStatus(expected, answer);
        String body = body(answer);
        try {
            return Json.MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw new Refusal("%s answered something that is not JSON: %s".formatted(answer.uri(), body), e);
        }
    }

    private static void requireStatus(int expected, HttpResponse<InputStream> answer) throws IOException {
        if (answer.statusCode() != expected) {
            throw new Refusal("%s %s answered %d instead of %d: %s"
                    .formatted(answer.request().method(), answer.uri(), answer.statusCode(), expected, body(answer)));
        }
    }

    private static String body(HttpResponse<InputStream> answer) throws IOException {
        try (InputStream body = answer.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
