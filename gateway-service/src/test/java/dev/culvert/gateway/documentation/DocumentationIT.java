package dev.culvert.gateway.documentation;

import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestingIssuer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.web.reactive.function.server.RouterFunction;
import tools.jackson.databind.JsonNode;

/** Requirements R1.2a (families that run), X-36, X-40. */
class DocumentationIT {
    private static TestingService userService;
    private static TestingService others;
    private static TestingService stopped;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        userService = TestingService.start();
        others = TestingService.start();
        stopped = TestingService.start();
        userService.on("/v3/api-docs", 200, """
                {"openapi":"3.1.0","paths":{"/api/v1/users":{"get":{"operationId":"list","responses":{"200":{"description":"ok",
                "content":{"application/json":{"schema":{"$ref":"#/components/schemas/Page"}}}}}}},
                "/internal/users":{"get":{"operationId":"hidden"}}},
                "components":{"schemas":{"Page":{"type":"object","properties":{"user":{"type":"string"}}}}}}
                """);
        others.on("/v3/api-docs", 200, """
                {"openapi":"3.1.0","paths":{"/api/v1/tunnels":{"get":{"operationId":"list","responses":{"200":{"description":"ok",
                "content":{"application/json":{"schema":{"$ref":"#/components/schemas/Page"}}}}}}}},
                "components":{"schemas":{"Page":{"type":"object","required":["tunnel"],"properties":{"tunnel":{"type":"string",
                "pattern":"[^\\\\p{Cntrl}]*","example":"home"},"methods":{"type":"array","items":{"type":"string"},"example":"[\\"GET\\"]"},
                "id":{"type":["string","null"],"format":"uuid"},"next":{"$ref":"#/components/schemas/Page"}}},
                "Shape":{"oneOf":[{"$ref":"#/components/schemas/Round"}],"discriminator":{"propertyName":"type",
                "mapping":{"round":"#/components/schemas/Round"}}},
                "Round":{"allOf":[{"$ref":"#/components/schemas/Shape"},{"type":"object"}]}}}}
                """);
        stopped.stop();
        gateway = TestingGateway.start(
                others,
                "USER_SERVICE_URL",
                userService.uri().toString(),
                "ADMIN_SERVICE_URL",
                stopped.uri().toString());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        userService.close();
        others.close();
    }

    @Test
    void joinsTheDocumentsOfTheRunningServices() {
        HttpResponse<String> answer = send(gateway.anonymous("/openapi.json"));

        JsonNode document = json(answer);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(document.path("openapi").asString()).isEqualTo("3.1.0");
        assertThat(document.at("/servers/0/url").asString()).isEqualTo(TestingIssuer.ISSUER);
        assertThat(document.path("paths").propertyNames())
                .contains("/api/v1/users", "/api/v1/tunnels", "/t/{name}/{path}", "/health", "/metrics")
                .doesNotContain("/internal/users");
        assertThat(document.at("/info/x-unavailable-services").valueStream().map(JsonNode::asString))
                .containsExactly("admin");
    }

    @Test
    void keepsComponentsOfTheSameNameApart() {
        JsonNode document = json(send(gateway.anonymous("/api/v1/openapi.json")));

        String users = schema(document, "/api/v1/users");
        String tunnels = schema(document, "/api/v1/tunnels");

        assertThat(users).isNotEqualTo(tunnels);
        assertThat(document.at(users.substring(1)).at("/properties/user").isMissingNode())
                .isFalse();
        assertThat(document.at(tunnels.substring(1)).at("/properties/tunnel").isMissingNode())
                .isFalse();
        assertThat(Stream.of("/api/v1/users", "/api/v1/tunnels")
                        .map(path -> document.path("paths")
                                .path(path)
                                .at("/get/operationId")
                                .asString()))
                .doesNotHaveDuplicates();
    }

    /** S1.60, S2.50, S4.45: each load has a nonce of its own, which all scripts of the page carry and nothing else runs. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/docs | /docs/docs.js /docs/swagger-ui-bundle.js /docs/swagger-ui.css",
                "/redoc | /docs/redoc.js /docs/redoc.standalone.js"
            })
    void showsTheDocumentWithoutForeignHosts(String address, String assets) {
        HttpResponse<String> page = send(gateway.anonymous(address));
        String nonce = nonce(page);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(nonce(send(gateway.anonymous(address)))).isNotEqualTo(nonce);
        assertThat(page.body()).doesNotContain("https://", "http://", "onload=", "{{");
        assertThat(page.body().split("<script", -1)).hasSize(3);
        assertThat(page.body().split(Pattern.quote("<script nonce=\"" + nonce + "\" src=\"/docs/"), -1))
                .hasSize(3);
        for (String asset : assets.split(" ", -1)) {
            assertThat(page.body()).contains(asset);
            assertThat(send(gateway.anonymous(asset)).statusCode()).as(asset).isEqualTo(200);
        }
    }

    private static String nonce(HttpResponse<String> page) {
        String policy = page.headers().allValues("Content-Security-Policy").stream()
                .reduce((one, other) -> {
                    throw new AssertionError("Two policies");
                })
                .orElseThrow();
        assertThat(policy).startsWith("default-src 'self'").doesNotContain("http", "unsafe-eval");
        Matcher scripts = Pattern.compile("script-src 'nonce-([^']+)';").matcher(policy);
        assertThat(scripts.find()).isTrue();
        return scripts.group(1);
    }

    /** S4.68. */
    @Test
    void sendsPublicFilesAgainOnlyWhenTheyChanged() {
        for (String asset : new String[] {"/docs/docs.css", "/openapi.json", "/docs/problems"}) {
            HttpResponse<String> first = send(gateway.anonymous(asset));
            String tag = first.headers().firstValue("ETag").orElseThrow();
            HttpResponse<String> second = send(gateway.anonymous(asset).header("If-None-Match", tag));

            assertThat(second.statusCode()).as(asset).isEqualTo(304);
            assertThat(second.body()).isEmpty();
            assertThat(first.headers().firstValue("Cache-Control")).isPresent();
            assertThat(first.headers().allValues("Vary")).contains("Accept-Encoding");
        }
    }

    /** S1.61. */
    @Test
    void saysWhoseApiItIsAndWhere() {
        JsonNode document = json(send(gateway.anonymous("/api/v1/openapi.json")));

        assertThat(document.path("openapi").asString()).startsWith("3.1.");
        JsonNode info = document.path("info");
        assertThat(List.of("title", "version", "description"))
                .allMatch(member -> !info.path(member).asString().isBlank());
        assertThat(info.at("/contact/url").asString()).isEqualTo(TestingIssuer.ISSUER);
        assertThat(info.at("/license/name").asString()).isNotBlank();
        assertThat(document.path("servers")
                        .valueStream()
                        .map(server -> server.path("description").asString()))
                .hasSize(2)
                .anyMatch(description -> description.startsWith("Production"))
                .anyMatch(description -> description.startsWith("Development"));
        assertThat(document.path("tags")
                        .valueStream()
                        .map(tag -> tag.path("name").asString()))
                .contains("authentication", "health", "metrics", "chat");
    }

    /** S4.53, X-7. */
    @Test
    void hasNothingWithoutVersionButWhatNeverHasOne() {
        JsonNode document = json(send(gateway.anonymous("/openapi.json")));

        assertThat(document.path("paths").propertyNames())
                .allMatch(path -> path.matches("/api/v[12]/.*")
                        || Stream.of(
                                        "/health",
                                        "/ready",
                                        "/metrics",
                                        "/.well-known/",
                                        "/oauth/",
                                        "/t/",
                                        "/p/",
                                        "/tunnel/v1/")
                                .anyMatch(path::startsWith));
    }

    @Test
    void leadsTheOtherAddressesToIt() {
        for (String address : new String[] {"/api/docs", "/api/v1/docs"}) {
            HttpResponse<String> answer = send(gateway.anonymous(address));
            assertThat(answer.statusCode()).as(address).isEqualTo(308);
            assertThat(answer.headers().firstValue("Location")).hasValue("/docs");
        }
    }

    @Test
    void explainsEveryProblemCodeWhereItsTypePoints() {
        String page = send(gateway.anonymous("/docs/problems")).body();

        for (ProblemCode code : ProblemCode.values()) {
            assertThat(page)
                    .contains("id=\"" + code.type().substring(code.type().indexOf('#') + 1) + "\"");
        }
    }

    /** Made of the examples of the members; a page within a page ends there. */
    @Test
    void givesAnswersAnExample() {
        JsonNode document = json(send(gateway.anonymous("/openapi.json")));

        JsonNode example = document.path("paths")
                .path("/api/v1/tunnels")
                .at("/get/responses/200/content/application~1json/example");

        assertThat(example.propertyNames()).containsExactlyInAnyOrder("tunnel", "methods", "id");
        assertThat(example.path("tunnel").asString()).isEqualTo("home");
        assertThat(example.at("/methods/0").asString()).isEqualTo("GET");
    }

    /** JSON Schema looks for a pattern anywhere in a text, services for all of it. */
    @Test
    void saysPatternsInTheWordsOfJsonSchema() {
        JsonNode document = json(send(gateway.anonymous("/openapi.json")));

        assertThat(document.at(schema(document, "/api/v1/tunnels").substring(1) + "/properties/tunnel/pattern")
                        .asString())
                .isEqualTo("^(?:[^\\x00-\\x1f\\x7f]*)$");
    }

    /** An alternative that refers to its union would have no end. */
    @Test
    void untanglesUnions() {
        JsonNode round = json(send(gateway.anonymous("/openapi.json"))).at("/components/schemas/Round/allOf");

        assertThat(round.at("/0/properties/type/enum/0").asString()).isEqualTo("round");
        assertThat(round.at("/0/$ref").isMissingNode()).isTrue();
    }

    /** NF6.3 for this service's part: what it answers by itself, without the addresses of before versions. */
    @Test
    void describesItsOwnRoutesAndNoOther() throws IOException {
        Pattern path = Pattern.compile("/[\\w/{}.-]+");
        Set<String> routed = gateway.context().getBeansOfType(RouterFunction.class).values().stream()
                .flatMap(routes -> routes.toString().lines())
                .filter(line -> line.contains(" -> "))
                .flatMap(line ->
                        path.matcher(line.substring(0, line.indexOf(" -> "))).results())
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
        routed.removeIf(address -> address.startsWith("/0x")); // a predicate without a text of its own
        routed.removeIf(address -> address.matches("(/api(/v1)?)?/docs.*|/redoc|(/api/v1)?/openapi.json|/ready"));
        routed.removeIf(address -> routed.contains("/api/v1" + address));
        Set<String> described =
                new TreeSet<>(JSON.readTree(new ClassPathResource("openapi/gateway.json").getContentAsByteArray())
                        .path("paths")
                        .propertyNames());
        described.removeAll(Set.of("/t/{name}/{path}", "/p/{name}/{path}", "/tunnel/v1/connect")); // services answer
        described.remove("/metrics"); // Spring's own endpoint

        assertThat(routed).containsExactlyElementsOf(described);
    }

    private static String schema(JsonNode document, String path) {
        return document.path("paths")
                .path(path)
                .path("get")
                .at("/responses/200/content/application~1json/schema/$ref")
                .asString();
    }
}
