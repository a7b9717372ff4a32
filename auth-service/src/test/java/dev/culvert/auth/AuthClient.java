package dev.culvert.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.testing.TestingMailbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Uses the service over HTTP as a program would. */
public final class AuthClient {
    public static final String PASSWORD = "Correct-Horse-7";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final HttpClient HTTP_1 =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern LINK = Pattern.compile("verify-email\\?token=([A-Za-z0-9_-]+)");
    private static final Pattern RESET_LINK = Pattern.compile("password-reset/confirm\\?token=([A-Za-z0-9_-]+)");

    private final String address;
    private final String source;
    private final Optional<String> token;
    private final HttpClient http;

    /** A client with an address of its own, as a trusted proxy in front of the service would tell it. */
    public AuthClient(String address) {
        this(address, anySource(), Optional.empty(), HTTP);
    }

    private AuthClient(String address, String source, Optional<String> token, HttpClient http) {
        this.address = address;
        this.source = source;
        this.token = token;
        this.http = http;
    }

    /** The same client, each of whose requests has a connection of its own; over HTTP/2 the server runs 20 at once. */
    public AuthClient inParallel() {
        return new AuthClient(address, source, token, HTTP_1);
    }

    /** The address the service sees. */
    public String source() {
        return source;
    }

    /** An address nobody else has failed from. */
    public static String anySource() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "198.18." + random.nextInt(256) + "." + random.nextInt(256);
    }

    /** Somebody registered. */
    public record Person(UUID userId, UUID tenantId, String username, String email) {}

    /** Where the service is. */
    public String address() {
        return address;
    }

    /** The same client with an access token or key. */
    public AuthClient as(String bearer) {
        return new AuthClient(address, source, Optional.of(bearer), http);
    }

    /** The same client at another address. */
    public AuthClient from(String otherSource) {
        return new AuthClient(address, otherSource, token, http);
    }

    public HttpResponse<String> patch(String path, Object body) {
        return send("PATCH", path, body);
    }

    public HttpResponse<String> put(String path, Object body) {
        return send("PUT", path, body);
    }

    private HttpResponse<String> send(String method, String path, Object body) {
        return send(request(path, "Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    public HttpResponse<String> get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    public HttpResponse<String> delete(String path) {
        return send(request(path).DELETE());
    }

    public HttpResponse<String> post(String path) {
        return send(request(path).POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** Without a body, with headers. */
    public HttpResponse<String> postWith(String path, String... headers) {
        return send(request(path, headers).POST(HttpRequest.BodyPublishers.noBody()));
    }

    public HttpResponse<String> post(String path, Object body) {
        String json = body instanceof String text ? text : JSON.writeValueAsString(body);
        return send(request(path, "Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    public HttpResponse<String> postForm(String path, Map<String, String> fields) {
        String form = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(request(path, "Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    public HttpResponse<String> login(String name, String password) {
        return post("/api/v1/auth/login", Map.of("username", name, "password", password));
    }

    public HttpResponse<String> refresh(String refreshToken) {
        return post("/api/v1/auth/refresh", Map.of("refresh_token", refreshToken));
    }

    /** Registers somebody new, without confirming the address. */
    public Person register() {
        String username = "u" + UUID.randomUUID().toString().substring(0, 12);
        HttpResponse<String> answer = register(username, username + "@example.org", PASSWORD);
        if (answer.statusCode() != 201) {
            throw new AssertionError(answer.body());
        }
        JsonNode body = json(answer);
        return new Person(
                UUID.fromString(body.get("userId").asString()),
                UUID.fromString(body.get("tenantId").asString()),
                username,
                username + "@example.org");
    }

    public HttpResponse<String> register(String username, String email, String password) {
        return post("/api/v1/auth/register", Map.of("username", username, "email", email, "password", password));
    }

    /** Registers somebody new and opens the link in the mail. */
    public Person registerVerified() {
        Person person = register();
        HttpResponse<String> answer = post("/api/v1/auth/verify-email", Map.of("token", mailedToken(person)));
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.body());
        }
        return person;
    }

    /** The token in the first verification mail to somebody. */
    public static String mailedToken(Person person) {
        return mailedToken(person, LINK);
    }

    /** The token in the first password reset mail to somebody. */
    public static String resetToken(Person person) {
        return mailedToken(person, RESET_LINK);
    }

    private static String mailedToken(Person person, Pattern link) {
        try {
            return tokenIn(
                    TestingMailbox.shared()
                            .await(mail -> mail.to().equalsIgnoreCase(person.email())
                                    && link.matcher(mail.text()).find())
                            .text(),
                    link);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static String tokenIn(String mail) {
        return tokenIn(mail, LINK);
    }

    /** The token in a password reset mail. */
    public static String resetTokenIn(String mail) {
        return tokenIn(mail, RESET_LINK);
    }

    private static String tokenIn(String mail, Pattern pattern) {
        Matcher link = pattern.matcher(mail);
        if (!link.find()) {
            throw new AssertionError("No link in: " + mail);
        }
        return link.group(1);
    }

    /** Signs somebody in and gives the answer's tokens. */
    public JsonNode signIn(Person person) {
        HttpResponse<String> answer = login(person.username(), PASSWORD);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.body());
        }
        return json(answer);
    }

    /** A client of somebody new who is signed in. */
    public AuthClient signedIn() {
        return as(signIn(registerVerified()).get("access_token").asString());
    }

    public static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    public static JWTClaimsSet claims(String jwt) {
        try {
            return SignedJWT.parse(jwt).getJWTClaimsSet();
        } catch (ParseException e) {
            throw new AssertionError(jwt, e);
        }
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(60));
        request.header("X-Forwarded-For", source);
        token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
