package dev.culvert.proxy.proxy;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.proxy.RunningProxyService;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.PublishedEvents.Published;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Proxies are made, read, changed, started, stopped and deleted; R5.2 on their status after each command. */
class ProxyApiIT extends RunningProxyService {
    private static final String PROXIES = "/api/v1/proxies";
    private static final String TARGETS = """
            [{"type": "tunnel", "tunnel": "ollama", "priority": 10}, {"type": "url", "url": "https://example.com/v1", "priority": 1}]""";

    private final TestCallers caller = TestCallers.user();

    private TestingApi api() {
        return as(caller);
    }

    private JsonNode create(String name) {
        HttpResponse<String> response =
                api().post(PROXIES, "{\"name\": \"" + name + "\", \"targets\": " + TARGETS + "}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return json(response);
    }

    private static String path(JsonNode proxy) {
        return PROXIES + "/" + proxy.path("id").asString();
    }

    @Test
    void answersACreatedProxyWithAllItsFields() {
        JsonNode proxy = create("chat");

        assertThat(proxy.path("userId").asString()).isEqualTo(caller.userId().toString());
        assertThat(proxy.path("name").asString()).isEqualTo("chat");
        assertThat(proxy.path("status").asString()).isEqualTo("running");
        assertThat(proxy.path("path").asString()).isEqualTo("/p/chat/");
        assertThat(proxy.at("/targets/0/type").asString()).isEqualTo("tunnel");
        assertThat(proxy.at("/targets/0/tunnel").asString()).isEqualTo("ollama");
        assertThat(proxy.at("/targets/0/priority").asInt()).isEqualTo(10);
        assertThat(proxy.at("/targets/0").size()).as("members of a target").isEqualTo(3);
        assertThat(proxy.at("/targets/1/url").asString()).isEqualTo("https://example.com/v1");
        assertThat(json(api().get(path(proxy)))).isEqualTo(proxy);
    }

    @Test
    void refusesASecondProxyOfTheSameName() {
        create("chat");

        HttpResponse<String> again = api().post(PROXIES, "{\"name\": \"chat\", \"targets\": " + TARGETS + "}");

        ProblemAssert.assertThat(again).isProblem(ProblemCode.ALREADY_EXISTS);
        assertThat(json(again).at("/error/details/alias").asString()).isEqualTo("PROXY_EXISTS");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[{\"type\": \"tunnel\", \"tunnel\": \"\"}]",
                "[{\"type\": \"url\", \"url\": \"ftp://example.com/\"}]",
                "[{\"type\": \"url\", \"url\": \"https://user:secret@example.com/\"}]",
                "[{\"type\": \"url\", \"url\": \"https://example.com/?a=b\"}]",
                "[{\"type\": \"url\", \"url\": \"http://169.254.169.254/\"}]",
                "[{\"type\": \"url\", \"url\": \"http://[::1]:5432/\"}]",
                "[{\"type\": \"tunnel\", \"tunnel\": \"a\", \"priority\": 1001}]",
                "[null]"
            })
    void refusesWhatIsNoTarget(String targets) {
        HttpResponse<String> answer = api().post(PROXIES, "{\"name\": \"a\", \"targets\": " + targets + "}");

        ProblemAssert.assertThat(answer).isProblem(ProblemCode.VALIDATION_ERROR);
        assertThat(json(answer).at("/errors/0/field").asString()).startsWith("targets");
    }

    @Test
    void refusesATargetOfUnknownKind() {
        HttpResponse<String> answer =
                api().post(PROXIES, "{\"name\": \"a\", \"targets\": [{\"type\": \"carrier pigeon\"}]}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    }

    @Test
    void takesSixteenTargetsAndRefusesSeventeen() {
        for (int count : List.of(16, 17)) {
            String targets = String.join(
                    ",",
                    IntStream.range(0, count)
                            .mapToObj(i -> "{\"type\": \"tunnel\", \"tunnel\": \"t" + i + "\"}")
                            .toList());

            HttpResponse<String> answer =
                    api().post(PROXIES, "{\"name\": \"of " + count + "\", \"targets\": [" + targets + "]}");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(count == 16 ? 201 : 400);
        }
    }

    @Test
    void listsOnlyOwnProxiesInPages() {
        Stream.of("one", "two", "three").forEach(this::create);

        JsonNode first = json(api().get(PROXIES + "?limit=2"));

        assertThat(first.path("items"))
                .extracting(item -> item.path("name").asString())
                .containsExactly("three", "two");
        assertThat(first.path("total").asInt()).isEqualTo(3);
        assertThat(json(as(TestCallers.user()).get(PROXIES)).path("total").asInt(-1))
                .isZero();
    }

    @Test
    void doesNotFindStrangersProxies() {
        JsonNode proxy = create("mine");
        TestingApi colleague = as(TestCallers.user().withTenantId(caller.tenantId()));

        for (TestingApi other : List.of(as(TestCallers.user()), colleague)) {
            List<HttpResponse<String>> answers = List.of(
                    other.get(path(proxy)),
                    other.get(path(proxy) + "/status"),
                    other.post(path(proxy) + "/start", ""),
                    other.post(path(proxy) + "/stop", ""),
                    other.send("PUT", path(proxy), "{\"name\": \"theirs\", \"targets\": " + TARGETS + "}"),
                    other.send("PATCH", path(proxy), "{\"name\": \"theirs\"}"),
                    other.send("DELETE", path(proxy), ""));

            assertThat(answers)
                    .allSatisfy(answer -> ProblemAssert.assertThat(answer).isProblem(ProblemCode.PROXY_001));
        }
        ProblemAssert.assertThat(api().get(PROXIES + "/" + UUID.randomUUID())).isProblem(ProblemCode.PROXY_001);
    }

    @Test
    void refusesTokensWithoutTheScope() {
        TestingApi reader = as(caller.withScopes(Scope.PROXIES_READ));

        assertThat(reader.get(PROXIES).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(reader.post(PROXIES, "{\"name\": \"a\", \"targets\": " + TARGETS + "}"))
                .isProblem(ProblemCode.FORBIDDEN);
    }

    @Test
    void replacesByPutAndChangesByPatch() {
        JsonNode proxy = create("a");
        String eTag = api().get(path(proxy)).headers().firstValue("ETag").orElseThrow();

        JsonNode patched = json(api().send("PATCH", path(proxy), "{\"name\": \"b\"}"));
        assertThat(patched.path("name").asString()).isEqualTo("b");
        assertThat(patched.path("targets")).hasSize(2);

        String one = "{\"name\": \"c\", \"targets\": [{\"type\": \"tunnel\", \"tunnel\": \"only\"}]}";
        ProblemAssert.assertThat(api().send("PUT", path(proxy), one, "If-Match", eTag))
                .isProblem(ProblemCode.CONFLICT_STATE);
        JsonNode put = json(api().send("PUT", path(proxy), one));
        assertThat(put.path("name").asString()).isEqualTo("c");
        assertThat(put.path("targets")).hasSize(1);
        assertThat(put.at("/targets/0/tunnel").asString()).isEqualTo("only");
        assertThat(put.at("/targets/0/priority").asInt(-1)).isZero();
    }

    /** R5.2: the status after each command. */
    @Test
    void startsAndStopsAsOftenAsAsked() {
        JsonNode proxy = create("a");
        String status = path(proxy) + "/status";

        assertThat(json(api().get(status)).path("status").asString()).isEqualTo("running");
        assertThat(json(api().post(path(proxy) + "/start", "")).path("status").asString())
                .isEqualTo("running");
        assertThat(json(api().post(path(proxy) + "/stop", "")).path("status").asString())
                .isEqualTo("stopped");
        assertThat(json(api().post(path(proxy) + "/stop", "")).path("status").asString())
                .isEqualTo("stopped");
        assertThat(json(api().get(status)).path("status").asString()).isEqualTo("stopped");
        assertThat(json(api().post(path(proxy) + "/start", "")).path("status").asString())
                .isEqualTo("running");
        assertThat(json(api().get(status)).path("targets")).hasSize(2);
    }

    @Test
    void publishesEachChangeOnceAndInOrder() {
        JsonNode proxy = create("a");
        api().post(path(proxy) + "/stop", "");
        api().post(path(proxy) + "/stop", "");
        api().send("PATCH", path(proxy), "{\"name\": \"b\"}");
        api().send("DELETE", path(proxy), "");

        List<Published> events = PublishedEvents.until(
                EventType.PROXY_DELETED, UUID.fromString(proxy.path("id").asString()));

        assertThat(events)
                .extracting(Published::type)
                .containsExactly(
                        "dev.culvert.proxy.created",
                        "dev.culvert.proxy.status_changed",
                        "dev.culvert.proxy.updated",
                        "dev.culvert.proxy.deleted");
        assertThat(events.get(1).data().path("oldStatus").asString()).isEqualTo("running");
        assertThat(events.get(1).data().path("newStatus").asString()).isEqualTo("stopped");
        ProblemAssert.assertThat(api().get(path(proxy))).isProblem(ProblemCode.PROXY_001);
    }
}
