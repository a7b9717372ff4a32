package dev.culvert.auth.signin;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestingIssuer;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * S1.70 for signing in: by name and by address, unknown, wrong. The other cases named there: RegistrationIT (valid, duplicate,
 * weak, bad address), LockoutIT and AddressLockoutIT (the twofold lock), SessionsIT (renewal good and bad, who am I with,
 * without and with a bad token, signing out), PasswordResetIT (known, unknown, limited), EmailVerificationIT, and
 * SignInAbuseIT (no password in any answer).
 */
class SignInIT extends RunningAuthService {
    private static final String LOGIN = "/api/v1/auth/login";

    /** S1.4, S1.5, S2.1: by name and by address, as JSON and as form. */
    @Test
    void takesUsernameOrAddressAsJsonOrForm() {
        Person ada = client().registerVerified();

        assertThat(client().login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);
        assertThat(client().login(ada.email().toUpperCase(), PASSWORD).statusCode())
                .isEqualTo(200);
        Map<String, String> json = Map.of("email", ada.email(), "password", PASSWORD);
        assertThat(client().post(LOGIN, json).statusCode()).isEqualTo(200);
        Map<String, String> form = Map.of("username", ada.email(), "password", PASSWORD);
        HttpResponse<String> answer = client().postForm(LOGIN, form);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        JsonNode body = json(answer);
        assertThat(body.get("token_type").asString()).isEqualTo("bearer");
        assertThat(body.get("expires_in").asInt()).isEqualTo(1800);
        assertThat(body.get("refresh_token").asString()).hasSize(43);
    }

    /** X-1, S1.5, S1.19: what an access token says. */
    @Test
    void issuesTokensThatSayWhoTheCallerIs() throws Exception {
        Person ada = client().registerVerified();

        JsonNode body = client().signIn(ada);

        JWTClaimsSet claims = claims(body.get("access_token").asString());
        assertThat(claims.getIssuer()).isEqualTo(TestingIssuer.ISSUER);
        assertThat(claims.getAudience()).containsExactly(CallerClaims.AUDIENCE);
        assertThat(claims.getSubject()).isEqualTo(ada.userId().toString());
        assertThat(claims.getStringClaim(CallerClaims.TENANT))
                .isEqualTo(ada.tenantId().toString());
        assertThat(claims.getStringClaim(CallerClaims.TIER)).isEqualTo("free");
        assertThat(claims.getStringListClaim(CallerClaims.ROLES)).containsExactly("user");
        assertThat(claims.getStringClaim(CallerClaims.SESSION)).isNotBlank();
        assertThat(claims.getStringClaim(CallerClaims.SCOPE))
                .isEqualTo(body.get("scope").asString());
        assertThat(Duration.between(
                        claims.getIssueTime().toInstant(),
                        claims.getExpirationTime().toInstant()))
                .isEqualTo(Duration.ofSeconds(body.get("expires_in").asLong()));
    }

    /** S1.7, X-26. */
    @Test
    void answers422ForAFormWithoutItsFields() {
        ProblemAssert.assertThat(client().postForm(LOGIN, Map.of()))
                .isProblem(ProblemCode.MISSING_FORM_FIELD)
                .hasViolationsOf("username", "password");
        ProblemAssert.assertThat(client().postForm(LOGIN, Map.of("username", "ada")))
                .isProblem(ProblemCode.MISSING_FORM_FIELD)
                .hasViolationsOf("password");
        ProblemAssert.assertThat(client().post(LOGIN, "{}"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("username", "password");
    }

    /** S1.6 as far as the body goes. */
    @Test
    void answersTheSameForUnknownAndKnownNames() {
        Person ada = client().registerVerified();

        HttpResponse<String> known = client().login(ada.username(), "Wrong-Horse-7");
        HttpResponse<String> unknown = client().login("nobody-" + System.nanoTime(), "Wrong-Horse-7");

        ProblemAssert.assertThat(known).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        ProblemAssert.assertThat(unknown).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        assertThat(withoutIds(known)).isEqualTo(withoutIds(unknown));
    }

    @Test
    void saysThatAnAddressIsUnconfirmedOnlyToWhoKnowsThePassword() {
        Person ada = client().register();

        ProblemAssert.assertThat(client().login(ada.username(), "Wrong-Horse-7"))
                .isProblem(ProblemCode.AUTHENTICATION_FAILED);
        ProblemAssert.assertThat(client().login(ada.username(), PASSWORD)).isProblem(ProblemCode.EMAIL_NOT_VERIFIED);
    }

    /** R2.6: with time, name, address, user agent and result; the rows admin-service audits come from the events. */
    @Test
    void recordsAndAnnouncesEveryAttempt() {
        Person ada = client().registerVerified();
        AuthClient client = client();
        client.login(ada.email(), "Wrong-Horse-7");
        client.login(ada.username(), PASSWORD);

        assertThat(column("""
                        SELECT concat_ws(' ', type, severity, result, attempted_name, client_address, user_agent LIKE 'Java%')
                        FROM auth.audit_record WHERE account_id = ? ORDER BY occurred_at""", ada.userId()))
                .containsExactly(
                        "failed_login warn wrong_credentials " + ada.email() + " " + client.source() + " t",
                        "login info signed_in " + ada.username() + " " + client.source() + " t");
        var failed = PublishedEvents.first(EventType.SIGN_IN_FAILED, ada.userId());
        assertThat(failed.data().get("attemptedName").asString()).isEqualTo(ada.email());
        assertThat(failed.data().get("reason").asString()).isEqualTo("wrong_credentials");
        assertThat(failed.data().get("clientAddress").asString()).isEqualTo(client.source());
        var signedIn = PublishedEvents.first(EventType.SIGNED_IN, ada.userId());
        assertThat(signedIn.tenantId()).isEqualTo(ada.tenantId().toString());
    }

    @Test
    void survivesNamesThatNoDatabaseWouldTake() {
        ProblemAssert.assertThat(client().post(LOGIN, "{\"username\":\"a\\u0000b\",\"password\":\"x\"}"))
                .isProblem(ProblemCode.AUTHENTICATION_FAILED);
    }

    private static JsonNode withoutIds(HttpResponse<String> answer) {
        ObjectNode body = (ObjectNode) json(answer);
        body.remove("requestId");
        body.remove("timestamp");
        ((ObjectNode) body.get("error")).remove(List.of("correlationId", "request_id", "timestamp"));
        return body;
    }
}
