package dev.culvert.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;

/** Checks answers for the one error body (requirement X-2), with the id that the response names and without inner life. */
public final class Problems {
    private Problems() {}

    public static void assertProblem(HttpResponse<String> response, ProblemCode code) {
        ProblemAssert.assertThat(response).isProblem(code);
        assertThat(TestingGateway.json(response).path("requestId").asString())
                .isEqualTo(response.headers().firstValue("X-Correlation-ID").orElseThrow());
        assertThat(response.body()).doesNotContain("Exception", "\\tat ");
    }
}
