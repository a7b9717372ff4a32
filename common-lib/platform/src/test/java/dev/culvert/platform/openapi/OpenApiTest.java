package dev.culvert.platform.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.platform.sample.SampleApplication;
import dev.culvert.platform.sample.SampleClient;
import dev.culvert.platform.sample.SampleClient.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Each service describes how to sign in, what its operations need and how they fail: R2.3a (notes), R12.1 (one service). */
@SpringBootTest(classes = SampleApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT)
class OpenApiTest {
    private static final String THINGS = "$.paths['/api/v1/things%s'].%s";

    @LocalServerPort
    int port;

    Answer api;

    @BeforeEach
    void read() {
        api = new SampleClient(port).get("/v3/api-docs");
        assertThat(api.status()).isEqualTo(200);
        assertThat(api.<String>json("$.openapi")).startsWith("3.1");
    }

    @Test
    void saysHowToSignIn() {
        assertThat(api.<String>json("$.components.securitySchemes.bearer.scheme"))
                .isEqualTo("bearer");
        assertThat(api.<String>json("$.components.securitySchemes.apiKey.name")).isEqualTo("X-API-Key");
    }

    @Test
    void saysWhatEachOperationNeeds() {
        assertThat(api.<List<?>>json(get("/search") + ".security")).isEmpty();
        assertThat(api.<List<Map<String, ?>>>json(get("/me") + ".security"))
                .containsExactly(Map.of("bearer", List.of()), Map.of("apiKey", List.of()));
        assertThat(api.<List<Map<String, ?>>>json(get("/scoped") + ".security"))
                .contains(Map.of("bearer", List.of("tunnels:write")));
        assertThat(api.<String>json(get("/scoped") + ".description")).contains("Needs: tunnels:write.");
        assertThat(api.<String>json(get("/permitted") + ".description")).contains("view_audit_logs");
    }

    /** What the walk over all endpoints holds the suite to. */
    @Test
    void declaresAccessForProgramsToo() {
        assertThat(api.<Map<String, Object>>json(get("/search") + ".x-culvert-access"))
                .isEqualTo(Map.of("open", true, "scopes", List.of(), "permissions", List.of(), "fresh", false));
        assertThat(api.<Map<String, Object>>json(get("/scoped") + ".x-culvert-access"))
                .containsEntry("open", false)
                .containsEntry("scopes", List.of("tunnels:write"));
        assertThat(api.<Map<String, Object>>json(get("/sensitive") + ".x-culvert-access"))
                .containsEntry("permissions", List.of("view_audit_logs"))
                .containsEntry("fresh", true);
    }

    @Test
    void describesFailuresOfEveryOperationInTheCommonBody() {
        assertThat(statuses(THINGS.formatted("", "post")))
                .containsExactlyInAnyOrder(
                        "200", "400", "401", "403", "404", "406", "409", "413", "414", "415", "422", "429", "431",
                        "500", "503");
        assertThat(statuses(get("/scoped")))
                .containsExactlyInAnyOrder("200", "400", "401", "403", "404", "406", "414", "429", "431", "500", "503");
        assertThat(api.<String>json(get("/scoped") + ".responses['403']['$ref']"))
                .isEqualTo("#/components/responses/Problem403");
        assertThat(api.<String>json(
                        "$.components.responses.Problem403.content['application/problem+json'].schema['$ref']"))
                .isEqualTo("#/components/schemas/Problem");
        assertThat(api.<Map<String, ?>>json("$.components.schemas.Problem.properties"))
                .containsKeys("type", "title", "status", "detail", "instance", "timestamp", "requestId", "error");
    }

    @Test
    void describesPagingAsThreeNumbersAndTheCallerNotAtAll() {
        assertThat(api.<List<String>>json(get("/small-pages") + ".parameters[*].name"))
                .containsExactlyInAnyOrder("limit", "offset", "page");
        assertThat(api.<List<Integer>>json(get("/small-pages") + ".parameters[?(@.name=='limit')].schema.maximum"))
                .containsExactly(20);
        assertThat(api.<List<Integer>>json(get("/small-pages") + ".parameters[?(@.name=='limit')].schema.default"))
                .containsExactly(10);
        assertThat(api.<Map<String, ?>>json(get("/me"))).doesNotContainKey("parameters");
        assertThat(api.<Map<String, ?>>json("$.components.schemas")).doesNotContainKeys("Caller", "PageLimit");
    }

    private Iterable<String> statuses(String operation) {
        return api.<Map<String, ?>>json(operation + ".responses").keySet();
    }

    private static String get(String path) {
        return THINGS.formatted(path, "get");
    }
}
