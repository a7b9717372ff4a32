package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.auth.authorization.TestBrowser.Stop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The service as applications and browsers see it. */
abstract class RunningAuthorizationServer extends RunningAuthService {
    protected static final String APPLICATIONS = "/api/v1/oauth/applications";
    protected static final String CALLBACK = "https://app.example.org/callback";
    protected static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    protected static final String SCOPES = "openid profile profile:read";

    private static final int MOST_PER_OWNER = 40;

    // one service runs for all test classes, and what is registered there stays
    private static Optional<Person> anybody = Optional.empty();
    private static Optional<AuthClient> owner = Optional.empty();
    private static int ownerUses;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** A registered application. */
    protected record App(String id, Optional<String> secret) {}

    protected String address() {
        return client().address();
    }

    protected TestBrowser browser() {
        return new TestBrowser(address());
    }

    protected AuthClient admin() {
        return client().as(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());
    }

    /** Somebody who can sign in, the same for all tests that do not care who. */
    protected Person anybody() {
        if (anybody.isEmpty()) {
            anybody = Optional.of(client().registerVerified());
        }
        return anybody.get();
    }

    /** Somebody who can register applications; another one before there are too many. */
    protected AuthClient owner() {
        if (owner.isEmpty() || ++ownerUses % MOST_PER_OWNER == 0 || !holds(owner.get())) {
            owner = Optional.of(client().signedIn());
        }
        return owner.get();
    }

    private static boolean holds(AuthClient client) {
        return client.get("/api/v1/auth/me").statusCode() == 200;
    }

    /** An application of an owner, with the usual settings changed as given. */
    protected App register(AuthClient owner, boolean confidential, Map<String, Object> changes) {
        Map<String, Object> request = new LinkedHashMap<>(Map.of(
                "name",
                "Reading list",
                "redirectUris",
                List.of(CALLBACK),
                "scopes",
                List.of("openid", "profile", "email", "profile:read", "tunnels:read"),
                "confidential",
                confidential));
        request.putAll(changes);
        HttpResponse<String> answer = owner.post(APPLICATIONS, request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode created = json(answer);
        return new App(
                created.get("clientId").asString(),
                Optional.ofNullable(created.get("clientSecret")).map(JsonNode::asString));
    }

    protected App publicApp() {
        return register(owner(), false, Map.of());
    }

    protected App confidentialApp() {
        return register(owner(), true, Map.of());
    }

    /** A good authorization request with changes; an empty value leaves the parameter out. */
    protected String authorize(App app, Map<String, String> changes) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", app.id());
        parameters.put("redirect_uri", CALLBACK);
        parameters.put("scope", SCOPES);
        parameters.put("state", "s-1");
        parameters.put("code_challenge", challenge(VERIFIER));
        parameters.put("code_challenge_method", "S256");
        parameters.putAll(changes);
        return "/oauth/authorize?"
                + parameters.entrySet().stream()
                        .filter(parameter -> !parameter.getValue().isEmpty())
                        .map(parameter -> parameter.getKey() + "=" + TestBrowser.encode(parameter.getValue()))
                        .collect(Collectors.joining("&"));
    }

    protected static Stop signIn(TestBrowser browser, Stop page, Person person) {
        return browser.submit(
                page.form("/oauth/sign-in").with("username", person.username()).with("password", AuthClient.PASSWORD));
    }

    protected static Stop allow(TestBrowser browser, Stop page) {
        return browser.submit(page.form("/oauth/authorize"));
    }

    /** Signs somebody in, allows, and gives the code. */
    protected String code(App app, Person person) {
        return code(app, person, Map.of());
    }

    protected String code(App app, Person person, Map<String, String> changes) {
        TestBrowser browser = browser();
        Stop asked = signIn(browser, browser.open(authorize(app, changes)), person);
        Stop back = asked.elsewhere() ? asked : allow(browser, asked);
        return back.parameter("code").orElseThrow();
    }

    protected HttpResponse<String> redeem(App app, String code) {
        return token(
                app,
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "redirect_uri",
                        CALLBACK,
                        "code_verifier",
                        VERIFIER));
    }

    protected HttpResponse<String> refresh(App app, String refreshToken) {
        return token(app, Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
    }

    /** Tokens of a public application for somebody new. */
    protected JsonNode tokens(App app, Person person) {
        HttpResponse<String> answer = redeem(app, code(app, person));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    protected HttpResponse<String> token(App app, Map<String, String> fields, String... headers) {
        return call("/oauth/token", app, fields, headers);
    }

    /** Calls an endpoint as the application: with its secret if it has one, else by its id. */
    protected HttpResponse<String> call(String path, App app, Map<String, String> fields, String... headers) {
        Map<String, String> all = new LinkedHashMap<>(fields);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address() + path))
                .header("Content-Type", "application/x-www-form-urlencoded");
        app.secret()
                .ifPresentOrElse(
                        secret -> request.header("Authorization", basic(app.id(), secret)),
                        () -> all.putIfAbsent("client_id", app.id()));
        if (headers.length > 0) {
            request.headers(headers);
        }
        String body = all.entrySet().stream()
                .map(field -> field.getKey() + "=" + TestBrowser.encode(field.getValue()))
                .collect(Collectors.joining("&"));
        try {
            return HTTP.send(
                    request.POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Expects the error body of RFC 6749 §5.2. */
    protected static void assertError(HttpResponse<String> answer, int status, String error) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(json(answer).get("error").asString()).isEqualTo(error);
    }

    protected static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    protected static String challenge(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
