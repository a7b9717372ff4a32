package dev.culvert.platform.sample;

import com.jayway.jsonpath.JsonPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** Speaks to a started sample over real HTTP. */
public record SampleClient(int port) {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Sends; {@code headers} alternate between name and value. */
    public Answer send(String method, String path, String body, String... headers) {
        return send(method, path, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body), headers);
    }

    /** Sends JSON without telling its length beforehand. */
    public Answer postJsonChunked(String path, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        var unknownLength = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
        return send("POST", path, unknownLength, "Content-Type", "application/json");
    }

    private Answer send(String method, String path, HttpRequest.BodyPublisher body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return new Answer(HTTP.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    public Answer getAs(String token, String path) {
        return get(path, "Authorization", "Bearer " + token);
    }

    public Answer postJson(String path, String json) {
        return send("POST", path, json, "Content-Type", "application/json");
    }

    public record Answer(HttpResponse<String> http) {
        public int status() {
            return http.statusCode();
        }

        public String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }

        public String body() {
            return http.body();
        }

        public <T> T json(String path) {
            return JsonPath.read(http.body(), path);
        }
    }
}
