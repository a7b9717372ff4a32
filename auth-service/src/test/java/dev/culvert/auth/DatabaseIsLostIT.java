package dev.culvert.auth;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.auth.AuthClient.Person;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestingPostgres;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** R7.6 for the database: while it is away callers are told to come back, and afterwards everything goes on. */
class DatabaseIsLostIT extends RunningAuthService {

    @AfterEach
    void bringItBack() {
        TestingPostgres.shared().execute("ALTER ROLE auth_app LOGIN");
    }

    @Test
    void answersThatItIsUnavailableAndRecovers() {
        Person ada = client().registerVerified();
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());

        TestingPostgres.shared().execute("ALTER ROLE auth_app NOLOGIN");
        TestingPostgres.shared()
                .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'auth_app'");

        HttpResponse<String> refused = client().login(ada.username(), PASSWORD);
        ProblemAssert.assertThat(refused).isProblem(ProblemCode.SERVICE_UNAVAILABLE);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        ProblemAssert.assertThat(signedIn.get("/api/v1/auth/me")).isProblem(ProblemCode.SERVICE_UNAVAILABLE);
        ProblemAssert.assertThat(client().refresh("anything")).isProblem(ProblemCode.SERVICE_UNAVAILABLE);
        assertThat(client().get("/.well-known/jwks.json").statusCode()).isEqualTo(200);
        assertThat(client().get("/health/live").statusCode()).isEqualTo(200);
        assertThat(client().get("/health/ready").statusCode()).isEqualTo(503);

        TestingPostgres.shared().execute("ALTER ROLE auth_app LOGIN");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> client().login(ada.username(), PASSWORD).statusCode() == 200);
        assertThat(signedIn.get("/api/v1/auth/me").statusCode()).isEqualTo(200);
        assertThat(client().registerVerified()).isNotNull();
    }
}
