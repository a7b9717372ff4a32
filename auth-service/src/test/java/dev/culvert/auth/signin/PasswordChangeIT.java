package dev.culvert.auth.signin;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestingPostgres;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import tools.jackson.databind.JsonNode;

class PasswordChangeIT extends RunningAuthService {
    private static final String NEW_PASSWORD = "Quiet-Lantern-4";

    @Test
    void endsTheOtherSessionsAndKeepsThisOne() {
        Person ada = client().registerVerified();
        JsonNode other = client().signIn(ada);
        JsonNode own = client().signIn(ada);
        AuthClient signedIn = client().as(own.get("access_token").asString());

        assertThat(change(signedIn, PASSWORD, NEW_PASSWORD).statusCode()).isEqualTo(204);

        assertThat(signedIn.get("/api/v1/auth/me").statusCode()).isEqualTo(200);
        assertThat(client().refresh(own.get("refresh_token").asString()).statusCode())
                .isEqualTo(200);
        ProblemAssert.assertThat(client().refresh(other.get("refresh_token").asString()))
                .isProblem(ProblemCode.REFRESH_TOKEN_INVALID);
        assertThat(client().login(ada.username(), NEW_PASSWORD).statusCode()).isEqualTo(200);
        assertThat(PublishedEvents.first(EventType.PASSWORD_CHANGED, ada.userId())
                        .data()
                        .get("reason")
                        .asString())
                .isEqualTo("changed");
        assertThat(PublishedEvents.first(EventType.SESSION_ENDED, ada.userId())
                        .data()
                        .get("reason")
                        .asString())
                .isEqualTo("password_changed");
    }

    /** A stolen session cannot be used to guess the password. */
    @Test
    void countsWrongPresentPasswordsTowardsTheLock() {
        Person ada = client().registerVerified();
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());

        for (int i = 0; i < 5; i++) {
            ProblemAssert.assertThat(change(signedIn, "Wrong-Horse-7", NEW_PASSWORD))
                    .isProblem(ProblemCode.AUTHENTICATION_FAILED);
        }

        ProblemAssert.assertThat(change(signedIn, PASSWORD, NEW_PASSWORD)).isProblem(ProblemCode.ACCOUNT_LOCKED);
        assertThat(PublishedEvents.first(EventType.ACCOUNT_LOCKED, ada.userId())
                        .data()
                        .get("lockedUntil")
                        .asString())
                .isNotBlank();
    }

    @Test
    void refusesAWeakNewPasswordAndThePresentOne() {
        AuthClient signedIn = client().signedIn();

        ProblemAssert.assertThat(change(signedIn, PASSWORD, "Password1!"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("newPassword");
        ProblemAssert.assertThat(change(signedIn, PASSWORD, PASSWORD))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("newPassword");
        ProblemAssert.assertThat(change(client(), PASSWORD, NEW_PASSWORD)).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
    }

    /** a hash of an older kind is replaced at the next sign-in. */
    @Test
    void upgradesAnOldHashAtTheNextSignIn() {
        Person ada = client().registerVerified();
        String old = "{bcrypt}" + new BCryptPasswordEncoder(4).encode(PASSWORD);
        TestingPostgres.shared()
                .execute("UPDATE auth.account SET password_hash = '" + old + "' WHERE id = '" + ada.userId() + "'");

        ProblemAssert.assertThat(client().login(ada.username(), "Wrong-Horse-7"))
                .isProblem(ProblemCode.AUTHENTICATION_FAILED);
        assertThat(hashes(ada)).containsExactly(old);
        assertThat(client().login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);

        assertThat(hashes(ada)).singleElement().asString().startsWith("{bcrypt-hmac}$2a$08$");
        assertThat(client().login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);
    }

    private static List<String> hashes(Person person) {
        return column("SELECT password_hash FROM auth.account WHERE id = ?", person.userId());
    }

    private static HttpResponse<String> change(AuthClient client, String present, String next) {
        return client.post("/api/v1/auth/password", Map.of("currentPassword", present, "newPassword", next));
    }
}
