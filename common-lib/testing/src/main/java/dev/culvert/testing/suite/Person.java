package dev.culvert.testing.suite;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody with an account, who talks to the gateway over plain HTTP. Every call waits for its answer. */
public final class Person {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern VERIFICATION_TOKEN = Pattern.compile("verify-email\\?token=([A-Za-z0-9_-]+)");
    private static final Duration MAIL_DEADLINE = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI gateway;
    private final String username;
    private final String password;
    private String accessToken = "";
    private String refreshToken = "";

    private Person(URI gateway, String username, String password) {
        this.gateway = gateway;
        this.username = username;
        this.password = password;
    }

    /** Registers a new account under a random name, follows the link in the mail and signs in. */
    public static Person register(URI gateway, URI mailbox) throws IOException, InterruptedException {
        String name =
                "p" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        var person = new Person(gateway, name, "Correct-horse-9-" + name);
        expect(
                201,
                person.anonymous(
                        "POST",
                        "/api/v1/auth/register",
                        Map.of("username", name, "email", name + "@example.org", "password", person.password)));
        String token = person.verificationToken(mailbox, name + "@example.org");
        expect(200, person.anonymous("POST", "/api/v1/auth/verify-email", Map.of("token", token)));
        person.signIn();
        return person;
    }

    /** Somebody who has an account already. */
    public static Person signedIn(URI gateway, String username, String password)
            throws IOException, InterruptedException {
        var person = new Person(gateway, username, password);
        person.signIn();
        return person;
    }

    public void signIn() throws IOException, InterruptedException {
        JsonNode answer = expect(
                200, anonymous("POST", "/api/v1/auth/login", Map.of("username", username, "password", password)));
        accessToken = answer.get("access_token").asString();
        refreshToken = answer.get("refresh_token").asString();
    }

    public String username() {
        return username;
    }

    public String password() {
        return password;
    }

    public String accessToken() {
        return accessToken;
    }

    public String refreshToken() {
        return refreshToken;
    }

    /** Makes an API key and returns the key itself. */
    public String createApiKey(String... scopes) throws IOException, InterruptedException {
        return expect(201, post("/api/v1/api-keys", Map.of("name", "test", "scopes", List.of(scopes))))
                .get("key")
                .asString();
    }

    /** Makes a tunnel and returns its id. */
    public String createTunnel(String name) throws IOException, InterruptedException {
        return expect(201, post("/api/v1/tunnels", Map.of("name", name)))
                .get("id")
                .asString();
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, null, Map.of("Authorization", "Bearer " + accessToken));
    }

    public HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send("DELETE", path, null, Map.of("Authorization", "Bearer " + accessToken));
    }

    public HttpResponse<String> post(String path, Object body) throws IOException, InterruptedException {
        return send("POST", path, body, Map.of("Authorization", "Bearer " + accessToken));
    }

    /** Sends JSON without credentials. */
    public HttpResponse<String> anonymous(String method, String path, @Nullable Object body)
            throws IOException, InterruptedException {
        return send(method, path, body, Map.of());
    }

    /** A request to the gateway with this person's token, for calls the other methods do not cover. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(gateway.resolve(path)).header("Authorization", "Bearer " + accessToken);
    }

    public HttpClient http() {
        return http;
    }

    /** The body of an answer as JSON. */
    public static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    /**
     * The body of an answer that must have the status.
     *
     * @throws AssertionError with the body when it has another
     */
    public static JsonNode expect(int status, HttpResponse<String> answer) {
        if (answer.statusCode() != status) {
            throw new AssertionError("Expected " + status + " from "
                    + answer.uri().getPath() + " but got " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
    }

    private HttpResponse<String> send(String method, String path, @Nullable Object body, Map<String, String> headers)
            throws IOException, InterruptedException {
        BodyPublisher publisher =
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body));
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.resolve(path))
                .timeout(Duration.ofSeconds(60))
                .method(method, publisher);
        headers.forEach(request::header);
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private String verificationToken(URI mailbox, String address) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + MAIL_DEADLINE.toNanos();
        while (System.nanoTime() < deadline) {
            String mails = http.send(
                            HttpRequest.newBuilder(mailbox.resolve("/api/mails"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            for (JsonNode mail : JSON.readTree(mails).get("items")) {
                String text = mail.toString();
                Matcher link = VERIFICATION_TOKEN.matcher(text);
                if (text.contains(address) && link.find()) {
                    return link.group(1);
                }
            }
            Thread.sleep(Duration.ofMillis(50));
        }
        throw new AssertionError("No verification mail for " + address + " within " + MAIL_DEADLINE);
    }
}
