package dev.culvert.auth;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
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

    @Test
    void answersEveryMistakeInTheCommonBody() {
        ProblemAssert.assertThat(client().get("/api/v1/auth/nothing")).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(client().get("/api/v1/auth/register")).isProblem(ProblemCode.METHOD_NOT_ALLOWED);
        ProblemAssert.assertThat(client().post("/api/v1/auth/register", "{")).isProblem(ProblemCode.MALFORMED_BODY);
        ProblemAssert.assertThat(client().as("rubbish").get("/api/v1/api-keys"))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
    }
}
