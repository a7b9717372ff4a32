package dev.culvert.testing;

import dev.culvert.contracts.problem.Problem;
import dev.culvert.contracts.problem.ProblemCode;
import java.net.http.HttpResponse;
import java.util.List;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Says that an answer is the common error body, with what in it. */
public final class ProblemAssert extends AbstractAssert<ProblemAssert, ProblemAssert.Answer> {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** An answer of any HTTP client. */
    public record Answer(int status, @Nullable String contentType, String body) {}

    private ProblemAssert(Answer answer) {
        super(answer, ProblemAssert.class);
    }

    public static ProblemAssert assertThat(HttpResponse<String> response) {
        return assertThat(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(null),
                response.body());
    }

    public static ProblemAssert assertThat(int status, @Nullable String contentType, String body) {
        return new ProblemAssert(new Answer(status, contentType, body));
    }

    /** Both traditions of the body tell the same story, with this code and its status. */
    public ProblemAssert isProblem(ProblemCode code) {
        JsonNode body = body();
        Assertions.assertThat(actual.status()).as("status of %s", actual.body()).isEqualTo(code.status());
        Assertions.assertThat(actual.contentType()).as("Content-Type").startsWith(Problem.MEDIA_TYPE);
        Assertions.assertThat(text(body, "/code")).as("code").isEqualTo(code.name());
        Assertions.assertThat(body.at("/status").asInt()).as("status").isEqualTo(code.status());
        Assertions.assertThat(text(body, "/category"))
                .as("category")
                .isEqualTo(code.category().wireName());
        Assertions.assertThat(text(body, "/requestId")).as("requestId").isNotBlank();
        Assertions.assertThat(text(body, "/timestamp")).as("timestamp").isNotBlank();
        Assertions.assertThat(text(body, "/detail")).as("detail").isNotBlank();
        Assertions.assertThat(text(body, "/error/code")).as("error.code").isEqualTo(code.name());
        Assertions.assertThat(text(body, "/error/category"))
                .as("error.category")
                .isEqualTo(text(body, "/category"));
        Assertions.assertThat(text(body, "/error/message")).as("error.message").isEqualTo(text(body, "/detail"));
        Assertions.assertThat(body.at("/error/statusCode").asInt())
                .as("error.statusCode")
                .isEqualTo(code.status());
        Assertions.assertThat(text(body, "/error/correlationId"))
                .as("error.correlationId")
                .isEqualTo(text(body, "/requestId"));
        return this;
    }

    public ProblemAssert hasDetailContaining(String part) {
        Assertions.assertThat(text(body(), "/detail")).as("detail").contains(part);
        return this;
    }

    /** Exactly these fields were refused. */
    public ProblemAssert hasViolationsOf(String... fields) {
        List<String> refused = body().at("/errors")
                .valueStream()
                .map(violation -> violation.at("/field").asString())
                .toList();
        Assertions.assertThat(refused).as("fields of errors").containsExactlyInAnyOrder(fields);
        return this;
    }

    public ProblemAssert hasAlias(String alias) {
        Assertions.assertThat(text(body(), "/error/details/alias"))
                .as("error.details.alias")
                .isEqualTo(alias);
        return this;
    }

    private JsonNode body() {
        isNotNull();
        try {
            return JSON.readTree(actual.body());
        } catch (JacksonException e) {
            throw failure("Not JSON but status %s with %s", actual.status(), actual.body());
        }
    }

    private static String text(JsonNode body, String pointer) {
        return body.at(pointer).asString("");
    }
}
