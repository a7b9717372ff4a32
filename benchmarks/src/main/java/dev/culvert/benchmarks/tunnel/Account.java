package dev.culvert.benchmarks.tunnel;

import dev.culvert.testing.TestingMailbox;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who registered like anybody, with an API key that may connect agents and use tunnels. */
final class Account implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern LINK = Pattern.compile("verify-email\\?token=([A-Za-z0-9_-]+)");
    private static final int PLENTY = 50_000_000;
    private static final String PASSWORD = "Correct-horse-9-staple";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI gateway;
    private final URI auth;
    private final UUID userId;
    private final UUID tenantId;
    private final String key;

    /** Registers under a new name, follows the link in the mail, signs in and makes the key. */
    Account(URI gateway, URI auth, String name) throws IOException, InterruptedException {
        this.gateway = gateway;
        this.auth = auth;
        String mail = name + "@example.org";
        JsonNode registered = post(
                gateway, "/api/v1/auth/register", "", Map.of("username", name, "email", mail, "password", PASSWORD));
        userId = UUID.fromString(registered.get("userId").asString());
        tenantId = UUID.fromString(registered.get("tenantId").asString());
        Matcher link = LINK.matcher(TestingMailbox.shared().awaitTo(mail).text());
        if (!link.find()) {
            throw new IllegalStateException("The mail has no link");
        }
        post(gateway, "/api/v1/auth/verify-email", "", Map.of("token", link.group(1)));
        String token = post(gateway, "/api/v1/auth/login", "", Map.of("username", name, "password", PASSWORD))
                .get("access_token")
                .asString();
        List<String> scopes = List.of("tunnels:connect", "tunnels:use", "tunnels:read", "tunnels:write");
        Map<String, ?> limits = Map.of("hour", PLENTY, "day", PLENTY);
        key = post(
                        gateway,
                        "/api/v1/api-keys",
                        token,
                        Map.of("name", "benchmark", "scopes", scopes, "rateLimit", PLENTY, "limits", limits))
                .get("key")
                .asString();
    }

    UUID userId() {
        return userId;
    }

    UUID tenantId() {
        return tenantId;
    }

    String key() {
        return key;
    }

    /** A fresh access token for the key, as the gateway gets one. */
    String token() throws IOException, InterruptedException {
        return post(auth, "/internal/api-keys/exchange", key, Map.of())
                .get("token")
                .asString();
    }

    /** Makes a tunnel that bounds nothing. */
    void createTunnel(String name) throws IOException, InterruptedException {
        post(
                gateway,
                "/api/v1/tunnels",
                key,
                Map.of("name", name, "config", Map.of("maxConnections", 10_000, "timeout", 300_000)));
    }

    private JsonNode post(URI server, String path, String bearer, Map<String, ?> body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (!bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(path + " was answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
    }

    @Override
    public void close() {
        http.close();
    }
}
