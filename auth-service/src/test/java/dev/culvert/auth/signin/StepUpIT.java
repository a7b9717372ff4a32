package dev.culvert.auth.signin;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.auth.secondfactor.TestingApp;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** AC15.1: after 15 minutes a sensitive operation asks for a fresh proof, which a running session can give. */
class StepUpIT extends RunningAuthService {
    private static final String REAUTHENTICATE = "/api/v1/auth/reauthenticate";
    private static final String SENSITIVE = "/api/v1/auth/second-factor";
    private static final Duration LATE = Duration.ofMinutes(16);

    @Test
    void opensSensitiveOperationsAgain() throws Exception {
        Person ada = client().registerVerified();
        JsonNode tokens = client().signIn(ada);
        AuthClient signedIn = client().as(tokens.get("access_token").asString());
        clock.skip(LATE);
        ProblemAssert.assertThat(signedIn.post(SENSITIVE)).isProblem(ProblemCode.REAUTHENTICATION_REQUIRED);

        HttpResponse<String> answer = signedIn.post(REAUTHENTICATE, Map.of("password", PASSWORD));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        String fresh = json(answer).get("access_token").asString();
        JWTClaimsSet claims = claims(fresh);
        assertThat(claims.getStringClaim(CallerClaims.SESSION))
                .isEqualTo(claims(tokens.get("access_token").asString()).getStringClaim(CallerClaims.SESSION));
        assertThat(claims.getLongClaim(CallerClaims.AUTHENTICATED_AT))
                .isCloseTo(clock.instant().getEpochSecond(), within(60L));
        assertThat(client().as(fresh).post(SENSITIVE).statusCode()).isEqualTo(200);

        JsonNode renewed = json(client().refresh(tokens.get("refresh_token").asString()));
        assertThat(claims(renewed.get("access_token").asString()).getLongClaim(CallerClaims.AUTHENTICATED_AT))
                .isEqualTo(claims.getLongClaim(CallerClaims.AUTHENTICATED_AT));
        assertThat(column(
                        "SELECT result FROM auth.audit_record WHERE account_id = ? ORDER BY occurred_at", ada.userId()))
                .contains("reauthenticated");
    }

    /** A password may have been read along with the session; the code may not. */
    @Test
    void takesTheCodeAndNotThePasswordWhereThereIsASecondFactor() throws Exception {
        Person ada = client().registerVerified();
        AuthClient signedIn = signedIn(ada);
        var app = new TestingApp(json(signedIn.post(SENSITIVE)).get("secret").asString(), clock);
        signedIn.post(SENSITIVE + "/confirm", Map.of("code", app.code()));
        clock.skip(LATE);

        ProblemAssert.assertThat(signedIn.post(REAUTHENTICATE, Map.of("password", PASSWORD)))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("code");
        String code = app.code();
        HttpResponse<String> answer = signedIn.post(REAUTHENTICATE, Map.of("code", code));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String fresh = json(answer).get("access_token").asString();
        assertThat(claims(fresh).getStringListClaim(CallerClaims.METHODS)).containsExactly("mfa", "otp", "pwd");
        assertThat(client().as(fresh).delete(SENSITIVE).statusCode()).isEqualTo(204);
    }

    @Test
    void takesEachCodeOnce() {
        Person ada = client().registerVerified();
        AuthClient signedIn = signedIn(ada);
        var app = new TestingApp(json(signedIn.post(SENSITIVE)).get("secret").asString(), clock);
        String code = app.code();
        signedIn.post(SENSITIVE + "/confirm", Map.of("code", code));

        ProblemAssert.assertThat(signedIn.post(REAUTHENTICATE, Map.of("code", code)))
                .isProblem(ProblemCode.AUTHENTICATION_FAILED);
    }

    /** A stolen session cannot be used to guess the password. */
    @Test
    void countsWrongPasswordsTowardsTheLock() {
        AuthClient signedIn = signedIn(client().registerVerified());

        for (int i = 0; i < 5; i++) {
            ProblemAssert.assertThat(signedIn.post(REAUTHENTICATE, Map.of("password", "Wrong-Horse-7")))
                    .isProblem(ProblemCode.AUTHENTICATION_FAILED);
        }

        ProblemAssert.assertThat(signedIn.post(REAUTHENTICATE, Map.of("password", PASSWORD)))
                .isProblem(ProblemCode.ACCOUNT_LOCKED);
    }

    @Test
    void isForPeopleWhoAreSignedIn() {
        AuthClient signedIn = signedIn(client().registerVerified());
        String key = json(signedIn.post(
                        "/api/v1/api-keys", Map.of("name", "robot", "scopes", List.of(Scope.PROFILE_READ))))
                .get("key")
                .asString();
        String token = json(client().as(key).post("/internal/api-keys/exchange"))
                .get("token")
                .asString();

        ProblemAssert.assertThat(client().as(token).post(REAUTHENTICATE, Map.of("password", PASSWORD)))
                .isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(client().post(REAUTHENTICATE, Map.of("password", PASSWORD)))
                .isProblem(ProblemCode.AUTH_TOKEN_MISSING);
        ProblemAssert.assertThat(signedIn.post(REAUTHENTICATE, Map.of()))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("password");
    }

    private AuthClient signedIn(Person person) {
        return client().as(client().signIn(person).get("access_token").asString());
    }
}
