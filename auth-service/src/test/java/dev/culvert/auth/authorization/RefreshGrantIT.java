package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient.Person;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RefreshGrantIT extends RunningAuthorizationServer {
    private static final String ME = "/api/v1/auth/me";

    /** S3.37, R2.2: for public and confidential applications alike, a new token each time, in the same session. */
    @Test
    void renewsTokens() throws Exception {
        for (App app : List.of(publicApp(), confidentialApp())) {
            JsonNode first = tokens(app, anybody());

            JsonNode second = json(refresh(app, first.get("refresh_token").asString()));

            assertThat(second.get("refresh_token")).isNotEqualTo(first.get("refresh_token"));
            assertThat(second.get("id_token").asString()).isNotEmpty();
            assertThat(claims(second.get("access_token").asString()).getStringClaim(CallerClaims.SESSION))
                    .isEqualTo(claims(first.get("access_token").asString()).getStringClaim(CallerClaims.SESSION));
            assertThat(client().as(second.get("access_token").asString())
                            .get(ME)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    /** R2.2, ASVS 10.4.5: a used token that comes back ends the whole family. */
    @Test
    void endsTheFamilyWhenAUsedTokenComesBack() {
        App app = publicApp();
        Person ada = client().registerVerified();
        JsonNode first = tokens(app, ada);
        JsonNode second = json(refresh(app, first.get("refresh_token").asString()));
        clock.skip(Duration.ofSeconds(11));

        assertError(refresh(app, first.get("refresh_token").asString()), 400, "invalid_grant");

        assertError(refresh(app, second.get("refresh_token").asString()), 400, "invalid_grant");
        ProblemAssert.assertThat(
                        client().as(second.get("access_token").asString()).get(ME))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertThat(PublishedEvents.first(EventType.SESSION_ENDED, ada.userId())
                        .data()
                        .get("reason")
                        .asString())
                .isEqualTo("refresh_token_reused");
    }

    /** A lost answer can be asked for again, as long as nobody went on from it. */
    @Test
    void repeatsAnAnswerForAMoment() {
        App app = publicApp();
        JsonNode first = tokens(app, anybody());
        String used = first.get("refresh_token").asString();
        JsonNode second = json(refresh(app, used));

        JsonNode repeated = json(refresh(app, used));

        assertThat(repeated.get("refresh_token")).isEqualTo(second.get("refresh_token"));
        JsonNode third = json(refresh(app, second.get("refresh_token").asString()));
        assertThat(third.get("refresh_token").asString()).isNotEmpty();
        assertError(refresh(app, used), 400, "invalid_grant");
        assertError(refresh(app, third.get("refresh_token").asString()), 400, "invalid_grant");
    }

    /** keycloak#45647 had this race: however many ask at once, the family has one child, and all get that one. */
    @Test
    void hasOneSuccessorHoweverManyAsk() throws Exception {
        App app = publicApp();
        String token = tokens(app, anybody()).get("refresh_token").asString();
        Callable<HttpResponse<String>> refresh = () -> refresh(app, token);
        List<HttpResponse<String>> answers;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answers = threads.invokeAll(Stream.generate(() -> refresh).limit(24).toList()).stream()
                    .map(Future::resultNow)
                    .toList();
        }

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(answers.stream()
                        .map(answer -> json(answer).get("refresh_token").asString())
                        .distinct())
                .hasSize(1);
        assertThat(column(
                        "SELECT count(*) FROM auth.oauth_refresh_token t JOIN auth.oauth_authorization a"
                                + " ON a.id = t.authorization_id WHERE a.application_id = ?::uuid",
                        app.id()))
                .containsExactly("2");
    }

    @Test
    void renewsForTheApplicationItWasGivenTo() {
        App app = publicApp();
        String token = tokens(app, anybody()).get("refresh_token").asString();

        assertError(refresh(publicApp(), token), 400, "invalid_grant");
        assertError(refresh(app, "made-up"), 400, "invalid_grant");
        assertError(token(app, Map.of("grant_type", "refresh_token")), 400, "invalid_request");

        assertThat(refresh(app, token).statusCode()).isEqualTo(200);
    }

    /** RFC 6749 §6: fewer scopes, never more. */
    @Test
    void narrowsScopes() throws Exception {
        App app = publicApp();
        String token = tokens(app, anybody()).get("refresh_token").asString();

        assertError(
                token(app, Map.of("grant_type", "refresh_token", "refresh_token", token, "scope", "tunnels:read")),
                400,
                "invalid_scope");
        JsonNode narrowed = json(
                token(app, Map.of("grant_type", "refresh_token", "refresh_token", token, "scope", "profile:read")));
        assertThat(claims(narrowed.get("access_token").asString()).getStringClaim(CallerClaims.SCOPE))
                .isEqualTo("profile:read");
    }

    /** seven days for one token, thirty for the family. */
    @Test
    void endsWithTime() {
        App app = publicApp();
        String old = tokens(app, anybody()).get("refresh_token").asString();
        clock.skip(Duration.ofDays(7).plusMinutes(1));
        assertError(refresh(app, old), 400, "invalid_grant");

        String token = tokens(app, anybody()).get("refresh_token").asString();
        for (int week = 0; week < 4; week++) {
            clock.skip(Duration.ofDays(6));
            token = json(refresh(app, token)).get("refresh_token").asString();
        }
        clock.skip(Duration.ofDays(6).plusMinutes(1));
        assertError(refresh(app, token), 400, "invalid_grant");
    }
}
