package dev.culvert.auth;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OperationsIT extends RunningAuthService {

    /** S1.32: what is counted about signing in. */
    @Test
    void countsSignInsTokensAndLockouts() {
        client().login("admin", ADMIN_PASSWORD);
        for (int i = 0; i < 5; i++) {
            client().login("locked-out", "Wrong-Horse-7");
        }

        assertThat(client().get("/metrics").body())
                .contains(
                        "login_total{result=\"signed_in\"",
                        "login_total{result=\"wrong_credentials\"",
                        "token_generation_total",
                        "account_lockouts_total",
                        "mails_sent_total");
    }

    @Test
    void describesItsApiButNotItsInternals() {
        JsonNode paths = json(client().get("/v3/api-docs")).get("paths");

        assertThat(paths.propertyNames())
                .contains("/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/me", "/api/v1/api-keys")
                .noneMatch(path -> path.startsWith("/internal"));
        assertThat(paths.at("/~1api~1v1~1auth~1register/post/summary").asString())
                .isNotBlank();
    }

    /** S1.62: every operation about signing in documents examples, error codes, access and limits. */
    @Test
    void documentsEveryOperationOfSigningIn() {
        JsonNode api = json(client().get("/v3/api-docs"));
        List<Map.Entry<String, JsonNode>> operations = api.get("paths").properties().stream()
                .filter(path -> path.getKey().startsWith("/api/v1/auth")
                        || path.getKey().startsWith("/api/v1/admin/auth"))
                .flatMap(path -> path.getValue().properties().stream()
                        .map(method -> Map.entry(method.getKey() + " " + path.getKey(), method.getValue())))
                .toList();

        assertThat(operations).hasSizeGreaterThan(25).allSatisfy(operation -> {
            JsonNode described = operation.getValue();
            assertThat(described.at("/summary").asString(""))
                    .as(operation.getKey())
                    .isNotBlank();
            assertThat(described.get("security")).as(operation.getKey()).isNotNull();
            boolean open = described.get("security").isEmpty();
            assertThat(described.get("responses").propertyNames())
                    .as(operation.getKey())
                    .contains("429", "503")
                    .containsAll(open ? List.of() : List.of("401", "403"));
            assertThat(withoutExample(api, described.at("/requestBody/content/application~1json/schema")))
                    .as("fields without example or description of %s", operation.getKey())
                    .isEmpty();
        });
    }

    /** Names of the fields of a body that nobody could fill in from the description alone. */
    private static List<String> withoutExample(JsonNode api, JsonNode schema) {
        JsonNode described =
                schema.has("$ref") ? api.at(schema.get("$ref").asString().substring(1)) : schema;
        return described.path("properties").properties().stream()
                .filter(field -> !field.getValue().has("example")
                        && !field.getValue().has("description")
                        && !field.getValue().has("format"))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Test
    void answersEveryMistakeInTheCommonBody() {
        ProblemAssert.assertThat(client().get("/api/v1/auth/nothing")).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(client().get("/api/v1/auth/register")).isProblem(ProblemCode.METHOD_NOT_ALLOWED);
        ProblemAssert.assertThat(client().post("/api/v1/auth/register", "{")).isProblem(ProblemCode.MALFORMED_BODY);
        ProblemAssert.assertThat(client().as("rubbish").get("/api/v1/api-keys"))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
    }
}
