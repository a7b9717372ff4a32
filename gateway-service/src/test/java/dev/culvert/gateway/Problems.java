package dev.culvert.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;

/** Checks answers for the one error body (requirement X-2). */
public final class Problems {
    private Problems() {}

    public static void assertProblem(HttpResponse<String> response, ProblemCode code) {
        assertThat(response.statusCode()).as("status of " + response.body()).isEqualTo(code.status());
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode body = TestingGateway.json(response);
        assertThat(body.path("code").asString()).isEqualTo(code.name());
        assertThat(body.path("type").asString()).isEqualTo("/docs/problems#" + code.name());
        assertThat(body.path("status").asInt()).isEqualTo(code.status());
        assertThat(body.path("error").path("code").asString()).isEqualTo(code.name());
        assertThat(body.path("error").path("suggestion").asString()).isNotBlank();
        assertThat(body.path("error").path("correlationId").asString())
                .isEqualTo(response.headers().firstValue("X-Correlation-ID").orElseThrow());
        assertThat(response.body()).doesNotContain("Exception", "\tat ");
    }
}
