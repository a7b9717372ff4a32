package dev.culvert.platform.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.sample.SampleApplication;
import dev.culvert.platform.sample.SampleClient;
import dev.culvert.platform.sample.SampleClient.Answer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Every failure of a servlet service has the one body and its own code: R1.3, R1.4, R7.1, R7.2, S2.27, S2.29, S4.62. */
@SpringBootTest(classes = SampleApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT)
class ProblemAnswersTest {
    private static final String THINGS = "/api/v1/things";

    @LocalServerPort
    int port;

    SampleClient client;

    @BeforeEach
    void connect() {
        client = new SampleClient(port);
    }

    @Test
    void givesEveryMemberOfTheCommonBody() {
        Answer answer =
                client.get(THINGS + "/5b0c7ee2-3b0e-4e53-9c1c-0d7a0a4dd5a5?token=secret", "X-Correlation-ID", "case-1");

        assertProblem(answer, ProblemCode.TUNNEL_001);
        assertThat(answer.<String>json("$.type")).isEqualTo("/docs/problems#TUNNEL_001");
        assertThat(answer.<String>json("$.title")).isEqualTo("Tunnel not found");
        assertThat(answer.<String>json("$.instance")).isEqualTo(THINGS + "/5b0c7ee2-3b0e-4e53-9c1c-0d7a0a4dd5a5");
        assertThat(answer.<String>json("$.requestId")).isEqualTo("case-1");
        assertThat(answer.<String>json("$.timestamp")).endsWith("Z");
        assertThat(answer.<String>json("$.error.category")).isEqualTo("not_found");
        assertThat(answer.<String>json("$.error.message")).startsWith("There is no thing");
        assertThat(answer.<String>json("$.error.suggestion")).isNotBlank();
        assertThat(answer.<Integer>json("$.error.statusCode")).isEqualTo(404);
        assertThat(answer.<String>json("$.error.correlationId")).isEqualTo("case-1");
        assertThat(answer.<String>json("$.error.request_id")).isEqualTo("case-1");
        assertThat(answer.<String>json("$.error.details.alias")).isEqualTo("THING_NOT_FOUND");
        assertThat(answer.body()).doesNotContain("secret");
    }

    @Test
    void namesEveryRefusedField() {
        Answer answer = client.postJson(THINGS, "{\"size\": 12, \"parts\": [{\"label\": \" \"}]}");

        assertProblem(answer, ProblemCode.VALIDATION_ERROR);
        assertThat(answer.<List<String>>json("$.error.details.violations[*].field"))
                .containsExactlyInAnyOrder("name", "size", "parts[0].label");
        assertThat(answer.<List<String>>json("$.errors[*].reason")).hasSize(3).doesNotContainNull();
    }

    @Test
    void namesMissingAndMistypedFieldsTogether() {
        Answer answer = client.postJson(THINGS, "{\"size\": \"large\", \"parts\": [{\"label\": 5}]}");

        assertProblem(answer, ProblemCode.VALIDATION_ERROR);
        assertThat(answer.<List<String>>json("$.error.details.violations[*].field"))
                .containsExactlyInAnyOrder("name", "size", "parts[0].label");
    }

    @Test
    void refusesListsWithNothingInThem() {
        Answer answer = client.postJson(THINGS, "{\"name\": \"a\", \"size\": 1, \"parts\": [null]}");

        assertProblem(answer, ProblemCode.VALIDATION_ERROR);
        assertThat(answer.<String>json("$.error.details.field")).startsWith("parts");
    }

    @Test
    void refusesMultipartBodiesThatCannotBeTakenApart() {
        Answer answer = client.send("POST", THINGS, "{}", "Content-Type", "multipart/form-data");

        assertProblem(answer, ProblemCode.VALIDATION_ERROR);
    }

    @Test
    void refusesUnknownMembers() {
        Answer answer = client.postJson(THINGS, "{\"name\": \"a\", \"size\": 1, \"colour\": {\"deep\": [1]}}");

        assertProblem(answer, ProblemCode.VALIDATION_ERROR);
        assertThat(answer.<String>json("$.error.details.field")).isEqualTo("colour");
    }

    @Test
    void refusesJsonThatIsNotWellFormed() {
        for (String body : List.of("{\"name\": ", "[1, 2", "nonsense", "{} {}")) {
            Answer answer = client.postJson(THINGS, body);

            assertProblem(answer, ProblemCode.MALFORMED_BODY);
            assertThat(answer.<String>json("$.error.details.alias")).isEqualTo("VALIDATION_ERROR");
        }
    }

    @Test
    void refusesJsonOfAnotherShape() {
        for (String body : List.of("[]", "\"text\"", "5")) {
            assertProblem(client.postJson(THINGS, body), ProblemCode.VALIDATION_ERROR);
        }
        assertProblem(client.postJson(THINGS, "null"), ProblemCode.MALFORMED_BODY);
    }

    @Test
    void refusesQueriesThatCannotBeTakenApart() {
        for (String query : List.of("=1", "max_size=1&=2", "%C2%85=1")) {
            assertProblem(client.get(THINGS + "/search?" + query, "X-Kind", "a"), ProblemCode.VALIDATION_ERROR);
        }
    }

    /** What a word is beside ids is not to be taken for an id. */
    @Test
    void namesTheMethodsOfAnAddressBesideAPattern() {
        Answer answer = client.send("DELETE", THINGS + "/search", "");

        assertProblem(answer, ProblemCode.METHOD_NOT_ALLOWED);
        assertThat(answer.header("Allow").split(", *")).containsOnly("GET");
        assertViolation(client.send("DELETE", THINGS + "/no-uuid", ""), "thingId");
        String parts = THINGS + "/5b0c7ee2-3b0e-4e53-9c1c-0d7a0a4dd5a5/parts/";
        assertThat(client.get(parts + "count").header("Allow")).isEqualTo("POST");
        assertThat(client.get(parts + "3").body()).isEqualTo("3");
    }

    @Test
    void namesParametersOfTheMethod() {
        assertViolation(client.get(THINGS + "/no-uuid"), "thingId");
        assertViolation(client.get(THINGS + "/search?max_size=99", "X-Kind", "a"), "max_size");
        assertViolation(client.get(THINGS + "/search?max_size=many", "X-Kind", "a"), "max_size");
        assertViolation(client.get(THINGS + "/search", "X-Kind", "a"), "max_size");
        assertViolation(client.get(THINGS + "/search?max_size=1"), "X-Kind");
    }

    @Test
    void tellsUnknownPathsFromWrongMethods() {
        assertProblem(client.get("/nowhere"), ProblemCode.NOT_FOUND);
        assertProblem(client.get("/error"), ProblemCode.NOT_FOUND);

        Answer answer = client.send("DELETE", THINGS, "");

        assertProblem(answer, ProblemCode.METHOD_NOT_ALLOWED);
        assertThat(answer.header("Allow")).contains("POST");
    }

    @Test
    void tellsUnreadableTypesFromMissingOnes() {
        assertProblem(
                client.send("POST", THINGS, "<a/>", "Content-Type", "application/xml"),
                ProblemCode.UNSUPPORTED_MEDIA_TYPE);
        assertProblem(client.send("POST", THINGS, "{}"), ProblemCode.MISSING_CONTENT_TYPE);
        assertProblem(
                client.send("POST", THINGS, "{}", "Content-Type", "nonsense"), ProblemCode.UNSUPPORTED_MEDIA_TYPE);
        String good = "{\"name\": \"a\", \"size\": 1}";
        assertProblem(
                client.send("POST", THINGS, good, "Content-Type", "application/json", "Accept", "image/png"),
                ProblemCode.NOT_ACCEPTABLE);
    }

    @Test
    void refusesBodiesOverTheLimitWhetherDeclaredOrNot() {
        String large = "{\"name\": \"" + "a".repeat(11 * 1024 * 1024) + "\"}";

        assertProblem(client.postJson(THINGS, large), ProblemCode.PAYLOAD_TOO_LARGE);
        assertProblem(client.postJsonChunked(THINGS, large), ProblemCode.PAYLOAD_TOO_LARGE);
    }

    @Test
    void hidesWhatWentWrongInside() {
        Answer answer = client.get(THINGS + "/crash");

        assertProblem(answer, ProblemCode.INTERNAL_ERROR);
        assertThat(answer.body()).doesNotContain("secret").doesNotContain("IllegalState");
    }

    @Test
    void saysWhenToComeBack() {
        Answer answer = client.get(THINGS + "/busy");

        assertProblem(answer, ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(answer.header("Retry-After")).isEqualTo("2");
    }

    @Test
    void answersWhatTheFirewallRefuses() {
        assertProblem(client.get("/api//v1/things;a=b"), ProblemCode.VALIDATION_ERROR);
    }

    @Test
    void answersGoodRequestsWithoutEmptyMembers() {
        Answer answer = client.postJson(THINGS, "{\"name\": \"a\", \"size\": 1}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"name\":\"a\",\"size\":1}"); // S4.38
    }

    private static void assertViolation(Answer answer, String field) {
        assertProblem(answer, ProblemCode.VALIDATION_ERROR);
        assertThat(answer.<String>json("$.error.details.field")).isEqualTo(field);
        assertThat(answer.<String>json("$.error.details.reason")).isNotBlank();
    }

    private static void assertProblem(Answer answer, ProblemCode code) {
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
        assertThat(answer.status()).isEqualTo(code.status());
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.<String>json("$.error.code")).isEqualTo(code.name());
        assertThat(answer.<String>json("$.requestId")).isEqualTo(answer.header("X-Correlation-ID"));
        assertThat(answer.<Integer>json("$.status")).isEqualTo(code.status());
    }
}
