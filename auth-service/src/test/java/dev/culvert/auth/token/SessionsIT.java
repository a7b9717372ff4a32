package dev.culvert.auth.token;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SessionsIT extends RunningAuthService {
    private static final String ME = "/api/v1/auth/me";
    private static final Duration PAST_GRACE = Duration.ofSeconds(11);

    /** S1.8, S2.2, R2.2: a refresh token works once and gives tokens of the same session. */
    @Test
    void renewsTokens() throws Exception {
        JsonNode first = client().signIn(client().registerVerified());

        HttpResponse<String> answer =
                client().refresh(first.get("refresh_token").asString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        JsonNode second = json(answer);
        assertThat(second.get("refresh_token")).isNotEqualTo(first.get("refresh_token"));
        assertThat(claims(second.get("access_token").asString()).getStringClaim(CallerClaims.SESSION))
                .isEqualTo(claims(first.get("access_token").asString()).getStringClaim(CallerClaims.SESSION));
        assertThat(client().as(second.get("access_token").asString()).get(ME).statusCode())
                .isEqualTo(200);
    }

    /** R2.2: replaying the old refresh token answers 401 and kills the new one. */
    @Test
    void endsTheSessionWhenAUsedTokenComesBack() {
        Person ada = client().registerVerified();
        JsonNode first = client().signIn(ada);
        JsonNode second = json(client().refresh(first.get("refresh_token").asString()));
        clock.skip(PAST_GRACE);

        ProblemAssert.assertThat(client().refresh(first.get("refresh_token").asString()))
                .isProblem(ProblemCode.REFRESH_TOKEN_INVALID);

        ProblemAssert.assertThat(client().refresh(second.get("refresh_token").asString()))
                .isProblem(ProblemCode.REFRESH_TOKEN_INVALID);
        ProblemAssert.assertThat(
                        client().as(second.get("access_token").asString()).get(ME))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        var ended = PublishedEvents.first(EventType.SESSION_ENDED, ada.userId());
        assertThat(ended.data().get("reason").asString()).isEqualTo("refresh_token_reused");
    }

    @Test
    void leavesOtherSessionsAloneWhenOneEnds() {
        Person ada = client().registerVerified();
        JsonNode stolen = client().signIn(ada);
        JsonNode other = client().signIn(ada);
        client().refresh(stolen.get("refresh_token").asString());
        clock.skip(PAST_GRACE);
        client().refresh(stolen.get("refresh_token").asString());

        assertThat(client().refresh(other.get("refresh_token").asString()).statusCode())
                .isEqualTo(200);
    }

    /** An answer was lost and the request is sent again: the same successor comes back, not a second one. */
    @Test
    void givesTheSameSuccessorAgainWithinSeconds() {
        Person ada = client().registerVerified();
        String token = client().signIn(ada).get("refresh_token").asString();

        String first = json(client().refresh(token)).get("refresh_token").asString();
        clock.skip(Duration.ofSeconds(8));
        HttpResponse<String> again = client().refresh(token);

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again).get("refresh_token").asString()).isEqualTo(first);
        assertThat(client().as(json(again).get("access_token").asString())
                        .get(ME)
                        .statusCode())
                .isEqualTo(200);
        assertThat(client().refresh(first).statusCode()).isEqualTo(200);
    }

    /** The time to send a request again is no way back into a session that has ended. */
    @Test
    void givesNoSuccessorAgainOnceTheSessionHasEnded() {
        JsonNode tokens = client().signIn(client().registerVerified());
        String token = tokens.get("refresh_token").asString();
        JsonNode second = json(client().refresh(token));

        client().as(second.get("access_token").asString()).post("/api/v1/auth/logout");

        ProblemAssert.assertThat(client().refresh(token)).isProblem(ProblemCode.REFRESH_TOKEN_INVALID);
    }

    /** X-9, S1.19: seven days. */
    @Test
    void refusesAnOldRefreshTokenWithoutEndingAnything() {
        Person ada = client().registerVerified();
        String token = client().signIn(ada).get("refresh_token").asString();

        clock.skip(Duration.ofDays(7).plusMinutes(1));

        ProblemAssert.assertThat(client().refresh(token)).isProblem(ProblemCode.REFRESH_TOKEN_INVALID);
    }

    @Test
    void saysWhatIsWrongWithARefreshRequest() {
        ProblemAssert.assertThat(client().post("/api/v1/auth/token/refresh", "{}"))
                .isProblem(ProblemCode.MISSING_TOKEN)
                .hasViolationsOf("refresh_token");
        ProblemAssert.assertThat(client().refresh("rubbish")).isProblem(ProblemCode.REFRESH_TOKEN_INVALID);
    }

    /** R2.7: the database holds no usable token. */
    @Test
    void storesNoUsableToken() {
        JsonNode tokens = client().signIn(client().registerVerified());

        assertThat(column("SELECT t::text FROM auth.refresh_token t"))
                .noneMatch(row -> row.contains(tokens.get("refresh_token").asString()));
    }

    /** S1.9, R2.9 as far as this service goes: neither token works afterwards; without token 401. */
    @Test
    void signsOut() {
        Person ada = client().registerVerified();
        JsonNode tokens = client().signIn(ada);
        AuthClient signedIn = client().as(tokens.get("access_token").asString());

        assertThat(signedIn.post("/api/v1/auth/logout").statusCode()).isEqualTo(204);

        ProblemAssert.assertThat(signedIn.get(ME)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        ProblemAssert.assertThat(client().refresh(tokens.get("refresh_token").asString()))
                .isProblem(ProblemCode.REFRESH_TOKEN_INVALID);
        ProblemAssert.assertThat(client().post("/api/v1/auth/logout")).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
        assertThat(PublishedEvents.first(EventType.SESSION_ENDED, ada.userId())
                        .data()
                        .get("reason")
                        .asString())
                .isEqualTo("signed_out");
    }

    /** AC18.1: what an administrator may do is told in the same session, and follows from the role alone. */
    @Test
    void tellsAdministratorsWhatTheyMayDo() {
        Person ada = client().registerVerified();
        AuthClient admin = client().as(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());
        JsonNode me = json(admin.get(ME));
        assertThat(me.get("roles").toString()).contains("super_admin");
        assertThat(me.get("permissions").toString()).contains("view_audit_logs", "manage_roles");

        admin.post("/api/v1/auth/role-grants", Map.of("userId", ada.userId(), "role", "support_admin"));

        AuthClient support =
                client().as(client().signIn(ada).get("access_token").asString());
        assertThat(json(support.get(ME)).get("permissions").isEmpty()).isFalse();
        assertThat(json(client().signedIn().get(ME)).get("permissions").isEmpty())
                .isTrue();
    }

    /** S1.10; R2.1 for a foreign key and an expired token. */
    @Test
    void tellsWhoTheCallerIs() {
        Person ada = client().registerVerified();
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());

        JsonNode me = json(signedIn.get(ME));

        assertThat(me.get("userId").asString()).isEqualTo(ada.userId().toString());
        assertThat(me.get("email").asString()).isEqualTo(ada.email());
        assertThat(me.get("emailVerified").asBoolean()).isTrue();
        assertThat(me.get("permissions").isEmpty()).isTrue();
        ProblemAssert.assertThat(client().get(ME)).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
        ProblemAssert.assertThat(client().as("rubbish").get(ME)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        ProblemAssert.assertThat(client().as(TestingIssuer.shared().token(TestCallers.user()))
                        .get(ME))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        clock.skip(Duration.ofMinutes(31));
        ProblemAssert.assertThat(signedIn.get(ME)).isProblem(ProblemCode.AUTH_TOKEN_EXPIRED);
    }
}
