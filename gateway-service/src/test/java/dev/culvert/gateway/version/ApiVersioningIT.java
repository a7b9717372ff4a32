package dev.culvert.gateway.version;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Requirements R12.4, R12.5, NF5.3 (the gateway's part), S4.53, S4.54, S4.55, X-7. */
class ApiVersioningIT {
    private static TestingService service;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        String first = "culvert.gateway.versions.deprecated[0].";
        String second = "culvert.gateway.versions.deprecated[1].";
        gateway = TestingGateway.start(
                service,
                first + "id",
                "old-search",
                first + "path",
                "/api/v1/users/search/{word}",
                first + "since",
                LocalDate.now().minusMonths(1).toString(),
                first + "sunset",
                LocalDate.now().plusMonths(6).toString(),
                first + "successor",
                "/api/v1/users",
                first + "guide",
                "Use the search parameter.",
                second + "id",
                "gone",
                second + "path",
                "/api/v1/users/gone",
                second + "method",
                "GET",
                second + "since",
                "2025-01-01",
                second + "sunset",
                "2025-07-01",
                second + "guide",
                "There is nothing like it.");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.close();
    }

    @BeforeEach
    void forget() {
        service.forget();
    }

    @ParameterizedTest
    @CsvSource({"/api/v1/tunnels, 1, current", "/api/v2/tunnels, 2, supported"})
    void servesBothVersionsSideBySideAndSaysWhichItIs(String path, String version, String status) {
        HttpResponse<String> answer = send(gateway.signedIn(path));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().allValues("API-Version")).containsExactly(version);
        assertThat(answer.headers().allValues("API-Version-Status")).containsExactly(status);
        assertThat(service.next().uri()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v9/tunnels", "/api/v0/users", "/v9/tunnels", "/api/v9"})
    void refusesVersionsThereAreNot(String path) {
        assertProblem(send(gateway.signedIn(path)), ProblemCode.VALIDATION_ERROR);
    }

    @Test
    void saysThatAFamilyHasNoSuchVersion() {
        HttpResponse<String> answer = send(gateway.signedIn("/api/users/me").header("API-Version", "2"));

        assertProblem(answer, ProblemCode.VALIDATION_ERROR);
        assertThat(answer.body()).contains("API_VERSION_UNSUPPORTED");
        assertProblem(send(gateway.signedIn("/api/v2/users/me")), ProblemCode.NOT_FOUND);
    }

    @Test
    void takesTheVersionFromPathHeaderOrQuery() {
        assertThat(location(gateway.signedIn("/api/tunnels?limit=2").header("API-Version", "2")))
                .isEqualTo("/api/v2/tunnels?limit=2");
        assertThat(location(gateway.signedIn("/tunnels?api-version=v2&limit=2")))
                .isEqualTo("/api/v2/tunnels?limit=2");
        assertThat(location(gateway.signedIn("/v2/tunnels"))).isEqualTo("/api/v2/tunnels");
        assertThat(location(gateway.signedIn("/api/tunnels"))).isEqualTo("/api/v1/tunnels");
        assertThat(send(gateway.signedIn("/api/v2/tunnels?api-version=2").header("API-Version", "2"))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/tunnels, 2",
        "/api/v1/tunnels?api-version=2, 1",
        "/api/tunnels?api-version=2, 1",
        "/v1/tunnels, 2",
        "/api/v1/tunnels, seven"
    })
    void refusesVersionsThatContradictEachOther(String path, String header) {
        HttpResponse<String> answer = send(gateway.signedIn(path).header("API-Version", header));

        assertProblem(answer, ProblemCode.VALIDATION_ERROR);
        assertThat(answer.body()).contains("API_VERSION_");
        assertThat(service.waiting()).isEmpty();
    }

    /** S4.54: method, body and query arrive. */
    @Test
    void leadsAPostToTheAddressWithVersion() throws Exception {
        try (HttpClient following = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .version(HttpClient.Version.HTTP_1_1)
                .build()) {
            service.on(
                    "/api/v1/tunnels/echo",
                    (request, response) -> response.sendString(
                            request.receive().aggregate().asString().map(body -> request.method() + " " + body)));

            HttpResponse<String> answer = following.send(
                    post(gateway.signedIn("/api/tunnels/echo?x=1"), "application/json", "{\"a\":1}")
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.body()).isEqualTo("POST {\"a\":1}");
            assertThat(service.next().uri()).isEqualTo("/api/v1/tunnels/echo?x=1");
        } catch (IOException e) {
            throw new AssertionError("No answer", e);
        }
    }

    @Test
    void saysOnEachAnswerThatAnOperationIsGoingAway() {
        HttpResponse<String> answer = send(gateway.signedIn("/api/v1/users/search/anna"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Deprecation").orElseThrow()).matches("@[0-9]+");
        assertThat(answer.headers().firstValue("Sunset").orElseThrow()).endsWith("GMT");
        assertThat(answer.headers().firstValue("Link").orElseThrow())
                .contains("</api/v1/users>; rel=\"successor-version\"")
                .contains("/deprecation/migration-guide/old-search");
        assertThat(answer.headers().firstValue("Warning").orElseThrow()).startsWith("299 ");
        assertThat(send(gateway.signedIn("/api/v1/users/other")).headers().firstValue("Deprecation"))
                .isEmpty();
    }

    @Test
    void refusesWhatIsPastItsSunset() {
        HttpResponse<String> answer = send(gateway.signedIn("/api/v1/users/gone"));

        assertProblem(answer, ProblemCode.GONE);
        assertThat(answer.headers().firstValue("Sunset")).hasValue("Tue, 1 Jul 2025 00:00:00 GMT");
        assertThat(send(post(gateway.signedIn("/api/v1/users/gone"), "application/json", "{}"))
                        .statusCode())
                .as("only GET is gone")
                .isEqualTo(200);
    }

    @Test
    void endsTheAddressesWithoutVersionOnTheDayItSaid() {
        try (TestingGateway later = TestingGateway.start(
                service,
                "culvert.gateway.routing.legacy.deprecated-since",
                "2025-01-01",
                "culvert.gateway.routing.legacy.sunset",
                "2025-12-31")) {
            HttpResponse<String> answer = send(later.signedIn("/api/tunnels"));

            assertProblem(answer, ProblemCode.GONE);
            assertThat(answer.headers().firstValue("Link").orElseThrow()).contains("</api/v1/tunnels>");
            assertThat(send(later.signedIn("/api/v1/tunnels")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void listsTheVersionsAsTheyAreServed() {
        JsonNode body = json(send(gateway.anonymous("/versions")));

        assertThat(body.path("current").asString()).isEqualTo("v1");
        assertThat(body.path("default").asString()).isEqualTo("v1");
        assertThat(body.path("versions").size()).isEqualTo(2);
        for (JsonNode version : body.path("versions")) {
            for (JsonNode family : version.path("families")) {
                String path = version.path("path").asString() + "/" + family.asString()
                        // has no address of its own, only some below it
                        + (family.asString().equals("rate-limit-metrics") ? "/top-ips" : "");
                HttpResponse<String> answer = send(gateway.signedIn(path));
                assertThat(answer.statusCode()).as(path).isEqualTo(200);
                assertThat(answer.headers().firstValue("API-Version-Status"))
                        .hasValue(version.path("status").asString());
            }
        }
        assertThat(json(send(gateway.anonymous("/api/v1/versions")))).isEqualTo(body);
    }

    @Test
    void tellsWhatIsGoingAway() {
        JsonNode status = json(send(gateway.anonymous("/deprecation/status")));
        JsonNode deprecated = json(send(gateway.anonymous("/deprecation/deprecated")));
        JsonNode sunset = json(send(gateway.anonymous("/deprecation/sunset")));
        JsonNode guide = json(send(gateway.anonymous("/deprecation/migration-guide/old-search")));
        JsonNode former = json(send(gateway.anonymous("/deprecation/endpoint-info?path=/api/tunnels/1")));
        JsonNode current = json(send(gateway.anonymous("/api/v1/deprecation/endpoint-info?path=/api/v1/tunnels/1")));

        assertThat(status.path("deprecated").asInt()).isEqualTo(2);
        assertThat(status.path("sunset").asInt()).isEqualTo(1);
        assertThat(deprecated.valueStream().map(each -> each.path("id").asString()))
                .containsExactly("unversioned-paths", "old-search");
        assertThat(sunset.valueStream().map(each -> each.path("id").asString())).containsExactly("gone");
        assertThat(guide.path("guide").asString()).isEqualTo("Use the search parameter.");
        assertThat(former.path("deprecated").asBoolean()).isTrue();
        assertThat(former.at("/deprecation/id").asString()).isEqualTo("unversioned-paths");
        assertThat(current.path("deprecated").asBoolean()).isFalse();
        assertProblem(send(gateway.anonymous("/deprecation/migration-guide/unheard")), ProblemCode.NOT_FOUND);
        assertProblem(send(gateway.anonymous("/deprecation/endpoint-info")), ProblemCode.VALIDATION_ERROR);
    }

    private static String location(HttpRequest.Builder request) {
        HttpResponse<String> answer = send(request);
        assertThat(answer.statusCode()).isEqualTo(308);
        assertThat(answer.headers().firstValue("Deprecation")).isPresent();
        return answer.headers().firstValue("Location").orElseThrow();
    }
}
