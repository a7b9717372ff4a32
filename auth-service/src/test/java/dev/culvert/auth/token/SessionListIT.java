package dev.culvert.auth.token;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** R2.7a: where somebody is signed in, and how to end that. */
class SessionListIT extends RunningAuthService {
    private static final String SESSIONS = "/api/v1/auth/sessions";
    private static final String ME = "/api/v1/auth/me";

    @Test
    void listsTheSessionsOfTheCallerAndMarksThePresentOne() {
        Person ada = client().registerVerified();
        client().signIn(ada);
        AuthClient phone = client();
        JsonNode tokens = phone.signIn(ada);

        JsonNode list = json(phone.as(access(tokens)).get(SESSIONS));
        JsonNode current = json(phone.as(access(tokens)).get(SESSIONS + "/current"));

        assertThat(list.size()).isEqualTo(2);
        assertThat(list.valueStream().filter(each -> each.get("current").asBoolean()))
                .containsExactly(current);
        assertThat(current.get("id").asString()).isEqualTo(sessionId(tokens));
        assertThat(current.get("ipAddress").asString()).isEqualTo(phone.source());
        assertThat(current.get("userAgent").asString()).startsWith("Java");
        assertThat(current.propertyNames()).contains("createdAt", "lastActivityAt", "expiresAt");
    }

    /** End session B from session A: B's token answers 401 at once. */
    @Test
    void endsOneSessionFromAnother() {
        Person ada = client().registerVerified();
        AuthClient here = client().as(access(client().signIn(ada)));
        JsonNode first = client().signIn(ada);
        JsonNode second = client().signIn(ada);

        assertThat(here.delete(SESSIONS + "/" + sessionId(first)).statusCode()).isEqualTo(204);
        assertThat(here.post("/api/v1/auth/session/revoke", Map.of("sessionId", sessionId(second)))
                        .statusCode())
                .isEqualTo(204);

        for (JsonNode ended : List.of(first, second)) {
            ProblemAssert.assertThat(client().as(access(ended)).get(ME)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
            ProblemAssert.assertThat(client().refresh(ended.get("refresh_token").asString()))
                    .isProblem(ProblemCode.REFRESH_TOKEN_INVALID);
        }
        assertThat(here.get(ME).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(here.delete(SESSIONS + "/" + sessionId(first))).isProblem(ProblemCode.NOT_FOUND);
        assertThat(PublishedEvents.first(EventType.SESSION_ENDED, ada.userId())
                        .data()
                        .get("reason")
                        .asString())
                .isEqualTo("revoked");
    }

    /** R2.5: a stranger's session is not there. */
    @Test
    void doesNotTouchSessionsOfOthers() {
        JsonNode victim = client().signIn(client().registerVerified());
        AuthClient eve = client().signedIn();

        ProblemAssert.assertThat(eve.delete(SESSIONS + "/" + sessionId(victim))).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(eve.post("/api/v1/auth/session/revoke", Map.of("sessionId", sessionId(victim))))
                .isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(eve.delete(SESSIONS + "/" + UUID.randomUUID())).isProblem(ProblemCode.NOT_FOUND);

        assertThat(client().as(access(victim)).get(ME).statusCode()).isEqualTo(200);
    }

    @Test
    void endsAllSessionsOrAllOthers() {
        Person ada = client().registerVerified();
        client().signIn(ada);
        client().signIn(ada);
        AuthClient here = client().as(access(client().signIn(ada)));

        assertThat(json(here.delete(SESSIONS + "?keepCurrent=true"))
                        .get("ended")
                        .asInt())
                .isEqualTo(2);
        assertThat(json(here.get(SESSIONS)).size()).isEqualTo(1);
        assertThat(json(here.delete(SESSIONS)).get("ended").asInt()).isEqualTo(1);
        ProblemAssert.assertThat(here.get(SESSIONS)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void letsAdministratorsEndAnybodysSessions() {
        Person ada = client().registerVerified();
        JsonNode first = client().signIn(ada);
        JsonNode second = client().signIn(ada);
        AuthClient admin = client().as(access(json(client().login("admin", ADMIN_PASSWORD))));
        String path = "/api/v1/auth/users/" + ada.userId() + "/sessions";

        assertThat(json(admin.get(path)).size()).isEqualTo(2);
        assertThat(admin.delete(path + "/" + sessionId(first)).statusCode()).isEqualTo(204);
        ProblemAssert.assertThat(client().as(access(first)).get(ME)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertThat(json(admin.delete(path)).get("ended").asInt()).isEqualTo(1);
        ProblemAssert.assertThat(client().as(access(second)).get(ME)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);

        assertThat(column(
                        "SELECT count(*) FROM auth.audit_record r JOIN auth.account a ON a.id = actor_id"
                                + " WHERE account_id = ? AND result = 'revoked_by_admin' AND username = 'admin'",
                        ada.userId()))
                .containsExactly("2");
        AuthClient eve = client().signedIn();
        ProblemAssert.assertThat(eve.get(path)).isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(eve.delete(path)).isProblem(ProblemCode.FORBIDDEN);
    }

    /** ASVS 7.5.2: whoever finds a screen left open cannot sign its owner out elsewhere. */
    @Test
    void asksForAFreshProofBeforeEndingSessions() {
        Person ada = client().registerVerified();
        JsonNode other = client().signIn(ada);
        AuthClient here = client().as(access(client().signIn(ada)));
        clock.skip(Duration.ofMinutes(16));
        ProblemAssert.assertThat(here.delete(SESSIONS + "/" + sessionId(other)))
                .isProblem(ProblemCode.REAUTHENTICATION_REQUIRED);
        ProblemAssert.assertThat(here.delete(SESSIONS)).isProblem(ProblemCode.REAUTHENTICATION_REQUIRED);

        AuthClient fresh =
                client().as(access(json(here.post("/api/v1/auth/reauthenticate", Map.of("password", PASSWORD)))));

        assertThat(fresh.delete(SESSIONS + "/" + sessionId(other)).statusCode()).isEqualTo(204);
    }

    /** A key can be given much, but never the account. */
    @Test
    void cannotBeManagedWithAnApiKey() {
        assertThat(Scope.GRANTABLE_TO_KEYS).doesNotContain(Scope.ACCOUNT_MANAGE);
        assertThat(Scope.ALL).contains(Scope.ACCOUNT_MANAGE);
    }

    /** D6, R2.7: what a session's row keeps, hashed where it is a token. */
    @Test
    void keepsWhatASessionIs() {
        Person ada = client().registerVerified();
        JsonNode tokens = client().signIn(ada);

        assertThat(column("""
                        SELECT concat_ws(' ', account_id, length(s.token_hash), length(t.token_hash), s.expires_at > s.created_at,
                          last_used_at IS NOT NULL, client_address <> '', user_agent LIKE 'Java%', is_active)
                        FROM auth.session s JOIN auth.refresh_token t ON session_id = id WHERE id = ?
                        """, UUID.fromString(sessionId(tokens)))).containsExactly(ada.userId() + " 32 32 t t t t t");
    }

    private static String access(JsonNode tokens) {
        return tokens.get("access_token").asString();
    }

    private static String sessionId(JsonNode tokens) {
        try {
            return claims(access(tokens)).getStringClaim(CallerClaims.SESSION);
        } catch (ParseException e) {
            throw new AssertionError(e);
        }
    }
}
