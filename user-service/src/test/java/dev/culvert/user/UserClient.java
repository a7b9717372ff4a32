package dev.culvert.user;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Uses the service over HTTP as a program would. */
public final class UserClient {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String address;
    private final Optional<String> token;

    public UserClient(String address) {
        this(address, Optional.empty());
    }

    private UserClient(String address, Optional<String> token) {
        this.address = address;
        this.token = token;
    }

    /** The same client with an access token. */
    public UserClient as(String bearer) {
        return new UserClient(address, Optional.of(bearer));
    }

    public HttpResponse<String> get(String path) {
        return send("GET", path, HttpRequest.BodyPublishers.noBody());
    }

    public HttpResponse<String> put(String path, Object body) {
        return send("PUT", path, json(body));
    }

    /** With one further header. */
    public HttpResponse<String> post(String path, Object body, String header, String value) {
        return send("POST", path, json(body), header, value);
    }

    public HttpResponse<String> patch(String path, Object body) {
        return send("PATCH", path, json(body));
    }

    public static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    private static HttpRequest.BodyPublisher json(Object body) {
        return HttpRequest.BodyPublishers.ofString(body instanceof String text ? text : JSON.writeValueAsString(body));
    }

    private HttpResponse<String> send(String method, String path, HttpRequest.BodyPublisher body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        if (body.contentLength() > 0) {
            request.header("Content-Type", "application/json");
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
