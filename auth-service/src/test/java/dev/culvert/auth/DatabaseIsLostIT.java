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
        TestingPostgres.shared().execute("DROP FUNCTION IF EXISTS auth.fault() CASCADE");
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

    /** The database goes away in the middle of a renewal: nothing has happened, and the same token works afterwards. */
    @Test
    void losesNoRefreshTokenInTheMiddleOfItsRotation() {
        Person ada = client().registerVerified();
        String token = client().signIn(ada).get("refresh_token").asString();
        TestingPostgres.shared().execute("""
                CREATE FUNCTION auth.fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                  PERFORM pg_terminate_backend(pg_backend_pid());
                  PERFORM pg_sleep(1);
                  RETURN NEW;
                END $$""");
        TestingPostgres.shared().execute("""
                CREATE TRIGGER fault BEFORE INSERT ON auth.refresh_token FOR EACH ROW EXECUTE FUNCTION auth.fault()""");

        HttpResponse<String> interrupted = client().refresh(token);
        TestingPostgres.shared().execute("DROP FUNCTION auth.fault() CASCADE");

        ProblemAssert.assertThat(interrupted).isProblem(ProblemCode.SERVICE_UNAVAILABLE);
        assertThat(column(
                        "SELECT used_at IS NULL FROM auth.refresh_token t JOIN auth.session s ON s.id = session_id WHERE account_id = ?",
                        ada.userId()))
                .containsExactly("t");
        assertThat(client().refresh(token).statusCode()).isEqualTo(200);
    }
}
