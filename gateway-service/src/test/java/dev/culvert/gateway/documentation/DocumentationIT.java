package dev.culvert.gateway.documentation;

import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestingIssuer;
import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Requirements R1.2a (families that run), X-36, X-40. */
class DocumentationIT {
    private static final TestingService USERS = TestingService.start();
    private static final TestingService OTHERS = TestingService.start();
    private static final TestingService STOPPED = TestingService.start();
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        USERS.on("/v3/api-docs", 200, """
                {"openapi":"3.1.0","paths":{"/api/v1/users":{"get":{"operationId":"list","responses":{"200":{"description":"ok",
                "content":{"application/json":{"schema":{"$ref":"#/components/schemas/Page"}}}}}}},
                "/internal/users":{"get":{"operationId":"hidden"}}},
                "components":{"schemas":{"Page":{"type":"object","properties":{"user":{"type":"string"}}}}}}
                """);
        OTHERS.on("/v3/api-docs", 200, """
                {"openapi":"3.1.0","paths":{"/api/v1/tunnels":{"get":{"operationId":"list","responses":{"200":{"description":"ok",
                "content":{"application/json":{"schema":{"$ref":"#/components/schemas/Page"}}}}}}}},
                "components":{"schemas":{"Page":{"type":"object","properties":{"tunnel":{"type":"string"}}}}}}
                """);
        STOPPED.stop();
        gateway = TestingGateway.start(
                OTHERS,
                "USER_SERVICE_URL",
                USERS.uri().toString(),
                "ADMIN_SERVICE_URL",
                STOPPED.uri().toString());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        USERS.close();
        OTHERS.close();
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

    @Test
    void showsTheDocumentWithoutForeignHosts() {
        HttpResponse<String> page = send(gateway.anonymous("/docs"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.headers().allValues("Content-Security-Policy"))
                .singleElement()
                .satisfies(policy -> {
                    assertThat(policy).startsWith("default-src 'self'").doesNotContain("http", "script-src");
                });
        assertThat(page.body()).doesNotContain("https://", "http://", "onload=");
        for (String asset : new String[] {"/docs/docs.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"}) {
            assertThat(page.body()).contains(asset);
            assertThat(send(gateway.anonymous(asset)).statusCode()).as(asset).isEqualTo(200);
        }
    }

    @Test
    void leadsTheOtherAddressesToIt() {
        for (String address : new String[] {"/api/docs", "/api/v1/docs", "/redoc"}) {
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

    private static String schema(JsonNode document, String path) {
        return document.path("paths")
                .path(path)
                .path("get")
                .at("/responses/200/content/application~1json/schema/$ref")
                .asString();
    }
}
