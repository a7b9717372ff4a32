package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The description of the running suite and the running suite agree: the description is a sound one, names what runs and
 * nothing else, and its examples are what the suite takes and gives (requirements PT15, R12.1, R12.2).
 */
@ExtendWith(SharedSuite.class)
@Timeout(400)
class DescriptionIsTrueIT {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    /** Answered by the gateway, which has no controllers; its own tests compare them. */
    private static final Pattern OF_THE_GATEWAY = Pattern.compile(
            "/(health.*|metrics|t/.*|p/.*|tunnel/v1/connect|api/v1/(versions|deprecation/.*|live|queue/.*"
                    + "|adaptive-rate-limiting/.*|rate-limit-metrics/(summary|dashboard-data)))");

    /** Their examples stand for secrets that are made once and sent to one person, or for what a browser's device signs. */
    private static final Pattern OF_A_SECRET = Pattern.compile(
            ".*/(verify-email|password-reset/confirm|refresh|token/.*|login.*|passkeys.*|second-factor.*|reauthenticate.*|password)");

    /** Nothing is there unless an operator lets programs register themselves. */
    private static final String SWITCHED_OFF = "POST /oauth/register";

    private static final Set<Integer> NOT_UNDERSTOOD = Set.of(400, 405, 406, 413, 415, 422);

    /** Of an address on the internet, where there is none. */
    private static final String UNREACHABLE = "Webhooks cannot be sent to this address.";

    /** From eighty calls a minute on a user waits. */
    private static final int CALLS_OF_A_PERSON = 60;

    private final List<String> faults = new ArrayList<>();
    private RunningSuite suite;
    private JsonNode openApi;
    private DescribedSchemas schemas;

    @BeforeEach
    void read(RunningSuite running) throws Exception {
        suite = running;
        Person anybody = SharedSuite.administrator(suite);
        openApi = await("all services describe themselves")
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> Person.json(anybody.anonymous("GET", "/openapi.json", null)),
                        found -> found.path("info")
                                .path("x-unavailable-services")
                                .isEmpty());
        schemas = new DescribedSchemas(openApi);
    }

    /** What OpenAPI 3.1 asks of a description that no type of ours makes sure of. */
    @Test
    void isSound() {
        assertThat(openApi.path("openapi").asString()).startsWith("3.1.");
        Set<String> ids = new HashSet<>();
        openApi.path("paths").properties().forEach(path -> {
            Set<String> inPath = VARIABLE.matcher(path.getKey())
                    .results()
                    .map(result -> result.group(1))
                    .collect(Collectors.toSet());
            path.getValue().properties().stream()
                    .filter(operation -> METHODS.contains(operation.getKey()))
                    .forEach(operation -> {
                        String name = operation.getKey() + " " + path.getKey();
                        JsonNode described = operation.getValue();
                        check(ids.add(described.path("operationId").asString("")), name + ": operationId");
                        check(!described.path("summary").asString("").isBlank(), name + ": summary");
                        check(
                                described.path("responses").propertyNames().stream()
                                        .anyMatch(status -> status.matches("[123]..|default")),
                                name + ": what it answers when all goes well");
                        Set<String> declared = described
                                .path("parameters")
                                .valueStream()
                                .filter(one -> one.path("in").asString().equals("path"))
                                .filter(one -> one.path("required").asBoolean())
                                .map(one -> one.path("name").asString())
                                .collect(Collectors.toSet());
                        check(declared.equals(inPath), name + ": path parameters " + declared);
                        described
                                .path("responses")
                                .properties()
                                .forEach(response -> check(
                                        response.getValue().has("$ref")
                                                || response.getValue().has("description"),
                                        name + ": description of " + response.getKey()));
                    });
        });
        references(openApi)
                .forEach(reference ->
                        check(!openApi.at(reference.substring(1)).isMissingNode(), "nothing at " + reference));
        faults.addAll(schemas.faultsOfSchemas());

        assertThat(faults).isEmpty();
    }

    /** Requirement NF6.3; the gateway's part is its own test's, DocumentationIT. */
    @Test
    void namesEveryRouteThatRunsAndNoOther() throws Exception {
        Set<String> described = new TreeSet<>();
        openApi.path("paths")
                .properties()
                .forEach(path -> path.getValue().propertyNames().stream()
                        .filter(METHODS::contains)
                        .filter(_ -> !OF_THE_GATEWAY.matcher(path.getKey()).matches())
                        .forEach(method -> described.add(
                                method.toUpperCase(Locale.ROOT) + ' ' + ControllerRoutes.normalized(path.getKey()))));

        Set<String> discovered = discovered();
        Set<String> routes = ControllerRoutes.of(ROOT);
        assertThat(routes.remove(SWITCHED_OFF)).isTrue();
        Set<String> ofTheProtocol =
                routes.stream().filter(route -> route.contains(" /oauth")).collect(Collectors.toSet());
        routes.removeAll(ofTheProtocol);

        assertThat(described).containsExactlyElementsOf(routes);
        assertThat(ofTheProtocol)
                .isNotEmpty()
                .allMatch(route -> discovered.contains(route.substring(route.indexOf('/'))));
    }

    /** The addresses of OAuth and OpenID Connect are described where clients of these look for them. */
    private Set<String> discovered() throws IOException, InterruptedException {
        return Person.json(SharedSuite.administrator(suite).anonymous("GET", "/.well-known/openid-configuration", null))
                .valueStream()
                .filter(value -> value.isString() && value.asString().startsWith("http"))
                .map(value -> URI.create(value.asString()).getPath())
                .collect(Collectors.toSet());
    }

    @Test
    void everyRequestAndAnswerHasAnExampleThatItsSchemaAllows() {
        for (DeclaredOperation operation : DeclaredOperation.of(openApi)) {
            String pointer = pointer(operation);
            JsonNode described = openApi.at(pointer);
            described
                    .at("/requestBody/content")
                    .properties()
                    .forEach(content ->
                            checkExample(operation, pointer + "/requestBody/content/" + escaped(content.getKey())));
            described.path("responses").properties().stream()
                    .filter(response -> response.getKey().startsWith("2"))
                    .forEach(response -> response.getValue()
                            .path("content")
                            .propertyNames()
                            .forEach(type -> checkExample(
                                    operation,
                                    pointer + "/responses/" + response.getKey() + "/content/" + escaped(type))));
        }
        assertThat(faults).isEmpty();
    }

    private void checkExample(DeclaredOperation operation, String pointer) {
        JsonNode content = openApi.at(pointer);
        check(content.has("example") || content.has("examples") || !content.has("schema"), operation + ": no example");
        if (content.has("example")) {
            schemas.faults(pointer + "/schema", content.get("example"))
                    .forEach(fault -> faults.add(operation + ": " + fault));
        }
    }

    /** Whatever becomes of it: the example is understood, and what comes back is what the description says. */
    @Test
    void everyExampleOfARequestIsUnderstoodAndItsAnswerIsTheDescribedOne() throws Exception {
        Person administrator = SharedSuite.administrator(suite);
        Person person = SharedSuite.newPerson(suite);
        int calls = 0;
        for (DeclaredOperation operation : DeclaredOperation.of(openApi)) {
            if (!isReplayed(operation)) {
                continue;
            }
            if (++calls % CALLS_OF_A_PERSON == 0) {
                person = SharedSuite.newPerson(suite);
            }
            replay(operation, operation.permissions().isEmpty() ? person : administrator);
        }
        assertThat(calls).isGreaterThan(100);
        assertThat(faults).isEmpty();
    }

    /** Calls that end, that end nobody's session, and that say something of their own. */
    private boolean isReplayed(DeclaredOperation operation) {
        boolean says =
                operation.bodyType().isPresent() || operation.method().equals("GET") && !operation.hasVariables();
        return says
                && !operation.actsByItself()
                && !OF_A_SECRET.matcher(operation.path()).matches()
                && !operation.path().endsWith("/live")
                && !operation.path().startsWith("/tunnel/")
                && !operation.path().startsWith("/t/")
                && !operation.path().startsWith("/p/");
    }

    private void replay(DeclaredOperation operation, Person caller) throws IOException, InterruptedException {
        String path = operation.pathWith(variable ->
                variable.equals("{date}") ? "2026-11-22" : UUID.randomUUID().toString());
        HttpRequest.Builder request = caller.request(path + query(operation)).timeout(Duration.ofSeconds(20));
        if (operation.bodyType().isPresent()) {
            String type = operation.bodyType().get();
            JsonNode example = openApi.at(pointer(operation) + "/requestBody/content/" + escaped(type))
                    .path("example");
            request.header("Content-Type", type)
                    .method(operation.method(), BodyPublishers.ofString(example.toString()));
        }
        HttpResponse<String> answer = caller.http().send(request.build(), BodyHandlers.ofString());
        if (answer.body().contains(UNREACHABLE)) {
            return; // understood, but this machine may not know the names of others
        }
        if (NOT_UNDERSTOOD.contains(answer.statusCode()) || answer.statusCode() >= 500 && answer.statusCode() != 503) {
            faults.add(operation + " answered " + answer.statusCode() + ": " + answer.body());
        } else if (answer.statusCode() / 100 == 2) {
            checkAnswer(operation, answer);
        }
    }

    /** What must be asked for, by the examples of the parameters. */
    private String query(DeclaredOperation operation) {
        String query = openApi.at(pointer(operation))
                .path("parameters")
                .valueStream()
                .filter(one -> one.path("in").asString().equals("query")
                        && one.path("required").asBoolean())
                .map(one -> one.path("name").asString()
                        + '='
                        + URLEncoder.encode(
                                one.path("example")
                                        .asString(one.at("/schema/example").asString("x")),
                                StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : "?" + query;
    }

    private void checkAnswer(DeclaredOperation operation, HttpResponse<String> answer) {
        String pointer = pointer(operation) + "/responses/" + answer.statusCode();
        JsonNode content = openApi.at(pointer).path("content");
        check(
                !openApi.at(pointer).isMissingNode(),
                operation + " answered " + answer.statusCode() + ", which is not described");
        boolean json = answer.headers().firstValue("Content-Type").orElse("").startsWith("application/json");
        if (json && !content.isEmpty()) {
            String type = content.has("application/json")
                    ? "application/json"
                    : content.propertyNames().iterator().next();
            schemas.faults(
                            pointer + "/content/" + escaped(type) + "/schema",
                            JsonMapper.shared().readTree(answer.body()))
                    .forEach(fault -> faults.add(operation + ": " + fault));
        }
    }

    private void check(boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }

    private static Set<String> references(JsonNode node) {
        Set<String> found = new TreeSet<>();
        node.findValues("$ref").forEach(reference -> found.add(reference.asString()));
        return found;
    }

    private static String pointer(DeclaredOperation operation) {
        return "/paths/" + escaped(operation.path()) + '/' + operation.method().toLowerCase(Locale.ROOT);
    }

    /** As a segment of a JSON pointer. */
    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
