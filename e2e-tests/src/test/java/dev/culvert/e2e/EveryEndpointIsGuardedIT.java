package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.e2e.DeclaredOperation.Decision;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Walks over every operation that the suite describes and calls it as anonymous, as a user, as each administrator, with an
 * API key that lacks the scope, and as a user of another tenant: the answer must be the declared one (R2.3a, R2.5, NF4.2,
 * S3.12 for authorisation). Calls that are let in have no effect: they name things that do not exist, or have a body that
 * cannot be read.
 */
@ExtendWith(SharedSuite.class)
@Timeout(300)
class EveryEndpointIsGuardedIT {
    private static final String AGENTS = "/tunnel/v1/connect";
    private static final String UNREADABLE_BODY = "true";
    private static final Set<String> KEY_SCOPES = Set.of(Scope.WEBHOOKS_READ);

    /** How the gateway and the services say that access alone decides; other refusals come from what operations do. */
    private static final Map<String, Decision> REFUSALS = Map.of(
            "AUTH_TOKEN_MISSING", Decision.UNAUTHENTICATED,
            "AUTH_TOKEN_INVALID", Decision.UNAUTHENTICATED,
            "AUTH_TOKEN_EXPIRED", Decision.UNAUTHENTICATED,
            "REAUTHENTICATION_REQUIRED", Decision.UNAUTHENTICATED,
            "FORBIDDEN", Decision.FORBIDDEN);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> faults = new ArrayList<>();
    private RunningSuite suite;
    private JsonNode openApi;
    private List<DeclaredOperation> operations;

    /** Somebody who calls, and what they hold. */
    private record Caller(String name, Set<Role> roles, Set<String> scopes, Map<String, String> credential) {
        static Caller signedIn(String name, Person person, Role... roles) {
            return new Caller(
                    name, Set.of(roles), Scope.ALL, Map.of("Authorization", "Bearer " + person.accessToken()));
        }
    }

    private record Answer(int status, Decision decision, String body) {}

    @BeforeEach
    void readTheDescription(RunningSuite running) throws Exception {
        suite = running;
        openApi = await("all services describe themselves")
                .atMost(Duration.ofSeconds(60))
                .until(this::description, EveryEndpointIsGuardedIT::isWhole);
        operations = DeclaredOperation.of(openApi);
        assertThat(operations).hasSizeGreaterThan(50);
    }

    private JsonNode description() throws IOException, InterruptedException {
        return JsonMapper.shared()
                .readTree(send("GET", "/openapi.json", Map.of(), Optional.empty(), Optional.empty())
                        .body());
    }

    private static boolean isWhole(JsonNode description) {
        return description.path("info").path("x-unavailable-services").isEmpty();
    }

    @Test
    void letsNobodyInWithoutCredentials() throws Exception {
        for (DeclaredOperation operation : operations) {
            if (!(operation.open() && operation.actsByItself())) {
                expect(operation.decisionForAnonymous(), "anonymous", operation, call(operation, Map.of()));
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void letsUsersAndKeysDoWhatTheyMayAndNoMore() throws Exception {
        List<DeclaredOperation> closed =
                operations.stream().filter(operation -> !operation.open()).toList();
        for (List<DeclaredOperation> some : inBudgets(closed)) {
            Person person = SharedSuite.newPerson(suite);
            String key = person.createApiKey(KEY_SCOPES.toArray(String[]::new));
            walk(some, Caller.signedIn("user", person, Role.USER));
            walk(some, new Caller("key", Set.of(Role.USER), KEY_SCOPES, Map.of("X-API-Key", key)));
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void letsEachAdministratorDoWhatTheRoleAllows() throws Exception {
        Person administrator = SharedSuite.administrator(suite);
        List<DeclaredOperation> permitted = operations.stream()
                .filter(operation -> !operation.permissions().isEmpty())
                .toList();
        assertThat(permitted).isNotEmpty();
        walk(permitted, Caller.signedIn("super_admin", administrator, Role.USER, Role.SUPER_ADMIN));
        for (Role role : List.of(Role.SUPPORT_ADMIN, Role.FINANCE_ADMIN)) {
            Person person = SharedSuite.newPerson(suite);
            String userId = Person.expect(200, person.get("/api/v1/auth/me"))
                    .get("userId")
                    .asString();
            Person.expect(
                    201,
                    administrator.post("/api/v1/auth/role-grants", Map.of("userId", userId, "role", role.wireName())));
            person.signIn(); // the change ended the session
            walk(permitted, Caller.signedIn(role.wireName(), person, Role.USER, role));
        }
        assertThat(faults).isEmpty();
    }

    /** R2.5: what belongs to another tenant does not exist, and stays as it is. */
    @Test
    void hidesTheThingsOfOneTenantFromAnother() throws Exception {
        Person owner = SharedSuite.newPerson(suite);
        Map<String, String> owned = new LinkedHashMap<>();
        owned.put("/api/v1/tunnels/", owner.createTunnel("guarded"));
        owned.put(
                "/api/v1/proxies/",
                created(
                        owner,
                        "/api/v1/proxies",
                        Map.of(
                                "name",
                                "guarded",
                                "targets",
                                List.of(Map.of("type", "tunnel", "tunnel", "guarded", "priority", 1)))));
        owned.put(
                "/api/v1/webhooks/",
                created(
                        owner,
                        "/api/v1/webhooks",
                        Map.of(
                                "url",
                                suite.address("demo-receiver").resolve("/hook").toString(),
                                "events",
                                List.of("tunnel.*"))));
        owned.put(
                "/api/v1/api-keys/",
                created(owner, "/api/v1/api-keys", Map.of("name", "guarded", "scopes", List.of(Scope.TUNNELS_USE))));
        Map<String, JsonNode> before = read(owner, owned);
        Caller stranger = Caller.signedIn("stranger", SharedSuite.newPerson(suite), Role.USER);
        SampleBody samples = new SampleBody(openApi);

        int calls = 0;
        for (DeclaredOperation operation : operations) {
            Optional<String> id = idFor(operation, owned);
            if (id.isEmpty()) {
                continue;
            }
            calls++;
            Optional<String> body = operation
                    .bodyType()
                    .map(_ -> samples.of(operation.bodySchema()).toString());
            Answer answer = call(operation, stranger.credential(), id.get(), body);
            boolean hidden = answer.status() == 404 || body.isPresent() && answer.status() == 400;
            if (!hidden) {
                faults.add("%s of a stranger's thing answered %d: %s"
                        .formatted(operation, answer.status(), answer.body()));
            }
        }

        assertThat(faults).isEmpty();
        assertThat(calls).isGreaterThan(25);
        assertThat(read(owner, owned)).isEqualTo(before);
    }

    /** Whoever is let in gets there with things that do not exist, or with a body that cannot be read. */
    private void walk(List<DeclaredOperation> some, Caller caller) throws IOException, InterruptedException {
        for (DeclaredOperation operation : some) {
            Decision declared = operation.decisionFor(caller.roles(), caller.scopes());
            if (declared == Decision.FORBIDDEN || !operation.actsByItself()) {
                expect(declared, caller.name(), operation, call(operation, caller.credential()));
            }
        }
    }

    private void expect(Decision declared, String caller, DeclaredOperation operation, Answer answer) {
        if (answer.decision() != declared || answer.status() >= 500 && answer.status() != 503) {
            faults.add("%s as %s is declared %s but answered %d: %s"
                    .formatted(operation, caller, declared, answer.status(), answer.body()));
        }
    }

    private Answer call(DeclaredOperation operation, Map<String, String> credential)
            throws IOException, InterruptedException {
        String nothing = UUID.randomUUID().toString();
        return call(operation, credential, nothing, operation.bodyType().map(_ -> UNREADABLE_BODY));
    }

    private Answer call(DeclaredOperation operation, Map<String, String> credential, String id, Optional<String> body)
            throws IOException, InterruptedException {
        if (operation.path().equals(AGENTS)) {
            return connect(credential, id);
        }
        String path = operation.pathWith(variable -> isFirst(operation, variable) ? id : anything(variable));
        return send(operation.method(), path, credential, operation.bodyType(), body);
    }

    /** Something of the right form. */
    private static String anything(String variable) {
        return variable.equals("{date}") ? "2026-11-22" : UUID.randomUUID().toString();
    }

    /** Agents come by WebSocket; any other request there is refused before anything else is looked at. */
    private Answer connect(Map<String, String> credential, String tunnel) throws InterruptedException {
        WebSocket.Builder handshake = http.newWebSocketBuilder().subprotocols("culvert.h2.v1");
        credential.forEach(handshake::header);
        try {
            String gateway = suite.gateway().getAuthority();
            handshake
                    .buildAsync(
                            URI.create("ws://" + gateway + AGENTS + "?tunnel=" + tunnel), new WebSocket.Listener() {})
                    .get(30, TimeUnit.SECONDS)
                    .abort();
            return new Answer(101, Decision.ADMITTED, "");
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof WebSocketHandshakeException refused)) {
                throw new AssertionError("No answer to a handshake", e);
            }
            int status = refused.getResponse().statusCode();
            Decision decision = switch (status) {
                case 401 -> Decision.UNAUTHENTICATED;
                case 403 -> Decision.FORBIDDEN;
                default -> Decision.ADMITTED;
            };
            return new Answer(status, decision, "");
        } catch (IOException | TimeoutException e) {
            throw new AssertionError("No answer to a handshake", e);
        }
    }

    private static boolean isFirst(DeclaredOperation operation, String variable) {
        return operation.path().indexOf('{') == operation.path().indexOf(variable);
    }

    private Answer send(
            String method, String path, Map<String, String> headers, Optional<String> type, Optional<String> body)
            throws IOException, InterruptedException {
        URI address = suite.gateway().resolve(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(20))
                .method(method, body.map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody));
        headers.forEach(request::header);
        type.ifPresent(value -> request.header("Content-Type", value));
        HttpResponse<InputStream> response =
                http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()); // some answers never end
        try (InputStream content = response.body()) {
            boolean wanted = response.statusCode() >= 400 || path.equals("/openapi.json");
            String text = wanted ? new String(content.readAllBytes(), StandardCharsets.UTF_8) : "";
            return new Answer(response.statusCode(), decision(response.statusCode(), text), text);
        }
    }

    private static Decision decision(int status, String body) {
        if (status != 401 && status != 403) {
            return Decision.ADMITTED;
        }
        String code = JsonMapper.shared().readTree(body).path("code").asString("");
        return REFUSALS.getOrDefault(code, Decision.ADMITTED);
    }

    private static Optional<String> idFor(DeclaredOperation operation, Map<String, String> owned) {
        return owned.entrySet().stream()
                .filter(thing -> operation.path().startsWith(thing.getKey() + "{"))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static String created(Person owner, String path, Object body) throws IOException, InterruptedException {
        return Person.expect(201, owner.post(path, body)).get("id").asString();
    }

    private static Map<String, JsonNode> read(Person owner, Map<String, String> owned)
            throws IOException, InterruptedException {
        Map<String, JsonNode> found = new LinkedHashMap<>();
        for (Map.Entry<String, String> thing : owned.entrySet()) {
            found.put(thing.getKey(), Person.expect(200, owner.get(thing.getKey() + thing.getValue())));
        }
        return found;
    }

    /** From eighty calls a minute on a user waits: each portion is for one user and their key. */
    private static List<List<DeclaredOperation>> inBudgets(List<DeclaredOperation> all) {
        List<List<DeclaredOperation>> portions = new ArrayList<>();
        for (int from = 0; from < all.size(); from += 35) {
            portions.add(all.subList(from, Math.min(all.size(), from + 35)));
        }
        return portions;
    }
}
