package dev.culvert.tunnel.tunnel;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.tunnel.RunningTunnelService;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Requirements R4.1, R4.1a, R4.1b, R4.1c on the service itself; the way through the gateway is told in the e2e tests. */
class TunnelApiIT extends RunningTunnelService {
    private static final String TUNNELS = "/api/v1/tunnels";

    private final TestCallers caller = TestCallers.user();

    private TestingApi api() {
        return as(caller);
    }

    private JsonNode create(String name) {
        HttpResponse<String> response = api().post(TUNNELS, "{\"name\": \"" + name + "\"}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return json(response);
    }

    private static String path(JsonNode tunnel) {
        return TUNNELS + "/" + tunnel.path("id").asString();
    }

    /** R4.1a: the fields. */
    @Test
    void answersACreatedTunnelWithAllItsFields() {
        HttpResponse<String> response = api().post(TUNNELS, """
                {"name": "ollama", "description": "Under my desk", "config": {"maxConnections": 2, "timeout": 30000}}""");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        JsonNode tunnel = json(response);
        assertThat(response.headers().firstValue("Location")).contains(path(tunnel));
        assertThat(tunnel.path("userId").asString()).isEqualTo(caller.userId().toString());
        assertThat(tunnel.path("name").asString()).isEqualTo("ollama");
        assertThat(tunnel.path("description").asString()).isEqualTo("Under my desk");
        assertThat(tunnel.path("status").asString()).isEqualTo("created");
        assertThat(tunnel.path("path").asString()).isEqualTo("/t/ollama/");
        assertThat(tunnel.path("config").path("maxConnections").asInt()).isEqualTo(2);
        assertThat(tunnel.path("config").path("timeout").asInt()).isEqualTo(30000);
        assertThat(tunnel.path("endpoints").isArray()).isTrue();
        assertThat(tunnel.path("metrics").path("requestCount").asLong(-1)).isZero();
        assertThat(tunnel.path("creatorIp").asString()).isEqualTo("127.0.0.1");
        assertThat(tunnel.path("creatorAgent").asString()).isEqualTo("culvert-test/1");
        assertThat(tunnel.path("createdAt").asString())
                .isEqualTo(tunnel.path("updatedAt").asString());
        assertThat(json(api().get(path(tunnel)))).isEqualTo(tunnel);
    }

    @Test
    void refusesASecondTunnelOfTheSameName() {
        create("ollama");

        HttpResponse<String> again = api().post(TUNNELS, "{\"name\": \"ollama\"}");

        ProblemAssert.assertThat(again).isProblem(ProblemCode.ALREADY_EXISTS);
        assertThat(json(again).at("/error/details/alias").asString()).isEqualTo("TUNNEL_EXISTS");
        assertThat(as(TestCallers.user())
                        .post(TUNNELS, "{\"name\": \"ollama\"}")
                        .statusCode())
                .as("another user's tunnel of the same name")
                .isEqualTo(201);
    }

    @Test
    void letsOneOfManySimultaneousCreationsOfANameWin() throws Exception {
        List<Callable<Integer>> creations = IntStream.range(0, 8)
                .<Callable<Integer>>mapToObj(
                        _ -> () -> api().post(TUNNELS, "{\"name\": \"raced\"}").statusCode())
                .toList();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Integer> statuses =
                    threads.invokeAll(creations).stream().map(Future::resultNow).toList();

            assertThat(statuses).containsOnlyOnce(201);
            assertThat(statuses.stream().filter(status -> status == 409)).hasSize(7);
        }
    }

    /** R12.4: what the second version does better; NF5.3: the first one goes on beside it. */
    @Test
    void listsByCursorInTheSecondVersionWithoutRepeatingOrHidingATunnel() {
        for (String name : List.of("one", "two", "three")) {
            create(name);
        }

        JsonNode first = json(api().get("/api/v2/tunnels?limit=2"));
        create("came-in-between");
        HttpResponse<String> rest = api().get("/api/v2/tunnels?limit=2&cursor="
                + first.path("nextCursor").asString());

        assertThat(names(first)).containsExactly("three", "two");
        assertThat(names(json(rest))).containsExactly("one");
        assertThat(json(rest).path("nextCursor").isMissingNode()
                        || json(rest).path("nextCursor").isNull())
                .isTrue();
        assertThat(rest.headers().firstValue("Link")).isEmpty();
        assertThat(json(api().get(TUNNELS)).path("total").asInt()).isEqualTo(4);
        JsonNode tunnel = first.path("items").get(0);
        assertThat(json(api().get("/api/v2/tunnels/" + tunnel.path("id").asString())))
                .isEqualTo(json(api().get(path(tunnel))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cursor=rubbish", "cursor=%C3%A4", "cursor=", "limit=0", "limit=1001"})
    void refusesCursorsAndLimitsItDidNotOffer(String query) {
        ProblemAssert.assertThat(api().get("/api/v2/tunnels?" + query)).isProblem(ProblemCode.VALIDATION_ERROR);
    }

    private static List<String> names(JsonNode page) {
        return page.path("items")
                .valueStream()
                .map(tunnel -> tunnel.path("name").asString())
                .toList();
    }

    /** R4.1a: the bounds of a name. */
    @Test
    void takesANameOf255CharactersAndRefusesOneOf256() {
        assertThat(create("n".repeat(255)).path("name").asString()).hasSize(255);

        HttpResponse<String> tooLong = api().post(TUNNELS, "{\"name\": \"" + "n".repeat(256) + "\"}");

        ProblemAssert.assertThat(tooLong).isProblem(ProblemCode.VALIDATION_ERROR);
        assertThat(json(tooLong).at("/errors/0/field").asString()).isEqualTo("name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\": \"\"}",
                "{\"name\": \" \"}",
                "{\"name\": \"a/b\"}",
                "{\"name\": \"..\"}",
                "{\"name\": \"a\\u0000b\"}",
                "{\"name\": \"a\", \"config\": {\"maxConnections\": 0}}",
                "{\"name\": \"a\", \"config\": {\"timeout\": 300001}}"
            })
    void refusesWhatIsNoTunnel(String body) {
        ProblemAssert.assertThat(api().post(TUNNELS, body)).isProblem(ProblemCode.VALIDATION_ERROR);
    }

    /** R4.1a and X-41: the bounds of a list. */
    @Test
    void listsOnlyOwnTunnelsInPages() {
        Stream.of("one", "two", "three").forEach(this::create);
        as(TestCallers.user().withTenantId(caller.tenantId())).post(TUNNELS, "{\"name\": \"a colleague's\"}");

        JsonNode first = json(api().get(TUNNELS + "?limit=2"));
        JsonNode second = json(api().get(TUNNELS + "?limit=2&offset=2"));

        assertThat(first.path("items"))
                .extracting(item -> item.path("name").asString())
                .containsExactly("three", "two");
        assertThat(second.path("items"))
                .extracting(item -> item.path("name").asString())
                .containsExactly("one");
        assertThat(first.path("total").asInt()).isEqualTo(3);
        assertThat(json(api().get(TUNNELS)).path("limit").asInt()).isEqualTo(50);
        assertThat(api().get(TUNNELS + "?limit=1000").statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(api().get(TUNNELS + "?limit=1001")).isProblem(ProblemCode.VALIDATION_ERROR);
    }

    @Test
    void doesNotFindStrangersTunnels() {
        JsonNode tunnel = create("mine");
        TestingApi stranger = as(TestCallers.user());
        TestingApi colleague = as(TestCallers.user().withTenantId(caller.tenantId()));

        for (TestingApi other : List.of(stranger, colleague)) {
            List<HttpResponse<String>> answers = List.of(
                    other.get(path(tunnel)),
                    other.get(path(tunnel) + "/status"),
                    other.get(path(tunnel) + "/activity"),
                    other.get(path(tunnel) + "/usage"),
                    other.post(path(tunnel) + "/start", ""),
                    other.post(path(tunnel) + "/stop", ""),
                    other.send("PUT", path(tunnel), "{\"name\": \"theirs\"}"),
                    other.send("PATCH", path(tunnel), "{\"name\": \"theirs\"}"),
                    other.send("DELETE", path(tunnel), ""));

            assertThat(answers).allSatisfy(answer -> {
                ProblemAssert.assertThat(answer).isProblem(ProblemCode.TUNNEL_001);
                assertThat(json(answer).at("/error/details/alias").asString()).isEqualTo("TUNNEL_NOT_FOUND");
            });
        }
        ProblemAssert.assertThat(api().get(TUNNELS + "/" + UUID.randomUUID())).isProblem(ProblemCode.TUNNEL_001);
        assertThat(json(api().get(path(tunnel))).path("name").asString()).isEqualTo("mine");
    }

    @Test
    void refusesTokensWithoutTheScope() {
        JsonNode tunnel = create("mine");
        TestingApi reader = as(caller.withScopes(Scope.TUNNELS_READ));

        assertThat(reader.get(path(tunnel)).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(reader.send("DELETE", path(tunnel), "")).isProblem(ProblemCode.FORBIDDEN);
    }

    /** PUT takes everything anew, PATCH only what is named. */
    @Test
    void replacesByPutAndChangesByPatch() {
        JsonNode tunnel = json(api().post(TUNNELS, """
                {"name": "a", "description": "old", "config": {"maxConnections": 7, "timeout": 5000}}"""));

        JsonNode patched = json(api().send("PATCH", path(tunnel), "{\"config\": {\"maxConnections\": 8}}"));

        assertThat(patched.path("description").asString()).isEqualTo("old");
        assertThat(patched.path("config").path("maxConnections").asInt()).isEqualTo(8);
        assertThat(patched.path("config").path("timeout").asInt()).isEqualTo(5000);

        JsonNode put = json(api().send("PUT", path(tunnel), "{\"name\": \"b\"}"));

        assertThat(put.path("name").asString()).isEqualTo("b");
        assertThat(put.has("description")).isFalse();
        assertThat(put.path("config").path("maxConnections").asInt()).isEqualTo(100);
        assertThat(put.path("config").path("timeout").asInt()).isEqualTo(30_000);
    }

    @Test
    void refusesAChangeToATunnelThatChangedMeanwhile() {
        JsonNode tunnel = create("a");
        String eTag = api().get(path(tunnel)).headers().firstValue("ETag").orElseThrow();

        HttpResponse<String> first = api().send("PATCH", path(tunnel), "{\"name\": \"b\"}", "If-Match", eTag);
        HttpResponse<String> second = api().send("PATCH", path(tunnel), "{\"name\": \"c\"}", "If-Match", eTag);

        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        ProblemAssert.assertThat(second).isProblem(ProblemCode.CONFLICT_STATE);
        assertThat(json(api().get(path(tunnel))).path("name").asString()).isEqualTo("b");
    }

    /** R4.1b: start and stop can be repeated. */
    @Test
    void startsAndStopsAsOftenAsAsked() {
        JsonNode tunnel = create("a");

        assertThat(json(api().post(path(tunnel) + "/start", "")).path("status").asString())
                .isEqualTo("connecting");
        assertThat(json(api().post(path(tunnel) + "/start", "")).path("status").asString())
                .isEqualTo("connecting");
        assertThat(json(api().post(path(tunnel) + "/stop", "")).path("status").asString())
                .isEqualTo("disconnected");
        assertThat(json(api().post(path(tunnel) + "/stop", "")).path("status").asString())
                .isEqualTo("disconnected");

        JsonNode status = json(api().get(path(tunnel) + "/status"));
        assertThat(status.path("stopped").asBoolean()).isTrue();
        assertThat(status.path("reason").asString()).isEqualTo("stopped");
        assertThat(status.path("connections").asInt(-1)).isZero();
    }

    /** R4.1c: each command adds one entry. */
    @Test
    void notesEachCommandInTheActivity() {
        JsonNode tunnel = create("a");
        api().post(path(tunnel) + "/start", "");
        api().send("PATCH", path(tunnel), "{\"name\": \"b\"}");
        api().post(path(tunnel) + "/stop", "");
        api().post(path(tunnel) + "/stop", "");

        JsonNode activity = json(api().get(path(tunnel) + "/activity"));

        assertThat(activity.path("items"))
                .extracting(entry -> entry.path("action").asString())
                .containsExactly("stop", "stop", "update", "start", "create");
        JsonNode start = activity.path("items").path(3);
        assertThat(start.path("status").asString()).isEqualTo("connecting");
        assertThat(start.path("details").asString()).isNotBlank();
        assertThat(start.path("ip").asString()).isEqualTo("127.0.0.1");
        assertThat(start.path("agent").asString()).isEqualTo("culvert-test/1");
        assertThat(start.path("time").asString()).isNotBlank();
    }

    /** R4.3: the defaults, the bounds, and that each command is seen. */
    @Test
    void readsSetsAndResetsTheConfiguration() {
        JsonNode tunnel = create("a");
        String config = path(tunnel) + "/config";
        assertThat(json(api().get(config)).path("maxConnections").asInt()).isEqualTo(100);
        assertThat(json(api().get(config)).path("timeout").asInt()).isEqualTo(30_000);

        JsonNode set = json(api().send("PUT", config, "{\"maxConnections\": 10000, \"timeout\": 1000}"));

        assertThat(set.path("maxConnections").asInt()).isEqualTo(10_000);
        assertThat(json(api().get(path(tunnel))).path("config")).isEqualTo(set);
        for (String wrong : List.of(
                "{\"maxConnections\": 0}",
                "{\"maxConnections\": 10001}",
                "{\"timeout\": 999}",
                "{\"timeout\": 300001}")) {
            ProblemAssert.assertThat(api().send("PUT", config, wrong)).isProblem(ProblemCode.VALIDATION_ERROR);
        }
        assertThat(json(api().send("PUT", config, "{\"maxConnections\": 7}"))
                        .path("timeout")
                        .asInt())
                .isEqualTo(30_000);
        assertThat(json(api().post(config + "/reset", ""))
                        .path("maxConnections")
                        .asInt())
                .isEqualTo(100);
    }

    /** P2.13.6: ten operations, one call, partial errors shown. */
    @Test
    void doesSeveralOperationsInOneCallAndSaysWhichFailed() {
        String first = create("first").path("id").asString();
        String second = create("second").path("id").asString();

        HttpResponse<String> answer = api().post(TUNNELS + "/batch", """
                {"operations": [
                  {"operation": "create", "tunnel": {"name": "third"}},
                  {"operation": "create", "tunnel": {"name": "first"}},
                  {"operation": "create"},
                  {"operation": "get", "id": "%1$s"},
                  {"operation": "update", "id": "%1$s", "tunnel": {"description": "changed"}},
                  {"operation": "update", "id": "%1$s", "tunnel": {"config": {"timeout": 1}}},
                  {"operation": "start", "id": "%1$s"},
                  {"operation": "stop", "id": "%3$s"},
                  {"operation": "stop", "id": "%1$s"},
                  {"operation": "delete", "id": "%2$s"}
                ]}""".formatted(first, second, UUID.randomUUID()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode batch = json(answer);
        assertThat(batch.path("results"))
                .extracting(result -> result.path("status").asInt())
                .containsExactly(201, 409, 400, 200, 200, 400, 200, 404, 200, 204);
        assertThat(batch.path("succeeded").asInt()).isEqualTo(6);
        assertThat(batch.at("/results/1/error/code").asString()).isEqualTo("ALREADY_EXISTS");
        assertThat(batch.at("/results/5/error/errors/0/field").asString()).isEqualTo("config.timeout");
        assertThat(batch.at("/results/4/tunnel/description").asString()).isEqualTo("changed");
        assertThat(names(json(api().get(TUNNELS)))).containsExactly("third", "first");
    }

    @Test
    void isGoneAfterItsDeletionAndItsNameIsFree() {
        JsonNode tunnel = create("a");

        assertThat(api().send("DELETE", path(tunnel), "").statusCode()).isEqualTo(204);

        ProblemAssert.assertThat(api().get(path(tunnel))).isProblem(ProblemCode.TUNNEL_001);
        create("a");
    }

    @Test
    void answersAnIdThatIsNoneLikeAnyOtherMistake() {
        ProblemAssert.assertThat(api().get(TUNNELS + "/not-an-id")).isProblem(ProblemCode.VALIDATION_ERROR);
    }
}
