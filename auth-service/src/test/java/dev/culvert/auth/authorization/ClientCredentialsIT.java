package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ClientCredentialsIT extends RunningAuthorizationServer {
    private static final Map<String, String> REQUEST = Map.of("grant_type", "client_credentials");

    /** A token of the owner's tenant with the application's scopes, without the owner's roles as administrator. */
    @Test
    void givesAnApplicationATokenOfItsOwn() throws Exception {
        Person ada = client().registerVerified();
        App app = register(client().as(client().signIn(ada).get("access_token").asString()), true, Map.of());

        HttpResponse<String> answer = token(app, REQUEST);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode tokens = json(answer);
        assertThat(tokens.get("refresh_token")).isNull();
        assertThat(tokens.get("scope").asString().split(" ")).containsExactlyInAnyOrder("profile:read", "tunnels:read");
        JWTClaimsSet claims = claims(tokens.get("access_token").asString());
        assertThat(claims.getStringClaim(CallerClaims.TENANT))
                .isEqualTo(ada.tenantId().toString());
        assertThat(claims.getSubject()).isEqualTo(ada.userId().toString());
        assertThat(claims.getStringClaim("client_id")).isEqualTo(app.id());
        assertThat(client().as(tokens.get("access_token").asString())
                        .get("/api/v1/auth/me")
                        .statusCode())
                .isEqualTo(200);

        App admins = register(admin(), true, Map.of());
        assertThat(claims(json(token(admins, REQUEST)).get("access_token").asString())
                        .getStringListClaim(CallerClaims.ROLES))
                .contains("user")
                .doesNotContain("super_admin");
    }

    @Test
    void givesNoMoreThanTheApplicationHas() {
        App app = confidentialApp();

        JsonNode narrowed = json(token(app, Map.of("grant_type", "client_credentials", "scope", "tunnels:read")));
        assertThat(narrowed.get("scope").asString()).isEqualTo("tunnels:read");
        assertError(
                token(app, Map.of("grant_type", "client_credentials", "scope", "tunnels:write")), 400, "invalid_scope");
        assertError(token(publicApp(), REQUEST), 400, "unauthorized_client");
    }

    /** S3.33: the old secret stops working when a new one is made; both ways of sending it are accepted. */
    @Test
    void followsTheSecret() {
        AuthClient owner = client().signedIn();
        App app = register(owner, true, Map.of());
        String rotated = json(owner.post(APPLICATIONS + "/" + app.id() + "/rotate-secret"))
                .get("clientSecret")
                .asString();

        assertError(token(app, REQUEST), 401, "invalid_client");
        assertThat(token(new App(app.id(), Optional.of(rotated)), REQUEST).statusCode())
                .isEqualTo(200);
        assertThat(client().postForm(
                                "/oauth/token",
                                Map.of(
                                        "grant_type",
                                        "client_credentials",
                                        "client_id",
                                        app.id(),
                                        "client_secret",
                                        rotated))
                        .statusCode())
                .isEqualTo(200);
    }

    /** Instances of an application take the new secret in turn; when the last one has, the old one can be ended. */
    @Test
    void takesTheOldSecretDuringTheOverlap() {
        AuthClient owner = client().signedIn();
        App old = register(owner, true, Map.of());
        String path = APPLICATIONS + "/" + old.id();
        JsonNode rotated = json(owner.post(path + "/rotate-secret", Map.of("overlapSeconds", 3_600)));
        App now = new App(old.id(), Optional.of(rotated.get("clientSecret").asString()));
        assertThat(Instant.parse(rotated.get("previousSecretValidUntil").asString()))
                .isCloseTo(clock.instant().plusSeconds(3_600), within(60, ChronoUnit.SECONDS));

        assertThat(token(now, REQUEST).statusCode()).isEqualTo(200);
        assertThat(json(owner.get(path)).has("previousSecretLastUsedAt")).isFalse();
        assertThat(token(old, REQUEST).statusCode()).isEqualTo(200);
        assertThat(json(owner.get(path)).has("previousSecretLastUsedAt")).isTrue();
        assertError(token(new App(old.id(), Optional.of("cvs_wrong")), REQUEST), 401, "invalid_client");

        clock.skip(Duration.ofMinutes(61));

        assertError(token(old, REQUEST), 401, "invalid_client");
        assertThat(token(now, REQUEST).statusCode()).isEqualTo(200);
    }

    @Test
    void hasNeverMoreThanTwoSecrets() {
        AuthClient owner = client().signedIn();
        App first = register(owner, true, Map.of());
        String path = APPLICATIONS + "/" + first.id();
        App second = rotated(owner, first, 3_600);
        App third = rotated(owner, first, 3_600);

        assertError(token(first, REQUEST), 401, "invalid_client");
        assertThat(token(second, REQUEST).statusCode()).isEqualTo(200);
        assertThat(token(third, REQUEST).statusCode()).isEqualTo(200);

        assertThat(owner.delete(path + "/previous-secret").statusCode()).isEqualTo(204);

        assertError(token(second, REQUEST), 401, "invalid_client");
        assertThat(token(third, REQUEST).statusCode()).isEqualTo(200);
        assertThat(json(owner.get(path)).has("previousSecretValidUntil")).isFalse();
        ProblemAssert.assertThat(client().signedIn().delete(path + "/previous-secret"))
                .isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(owner.post(path + "/rotate-secret", Map.of("overlapSeconds", 2_592_001)))
                .isProblem(ProblemCode.VALIDATION_ERROR);
    }

    private static App rotated(AuthClient owner, App app, int overlapSeconds) {
        HttpResponse<String> answer =
                owner.post(APPLICATIONS + "/" + app.id() + "/rotate-secret", Map.of("overlapSeconds", overlapSeconds));
        return new App(app.id(), Optional.of(json(answer).get("clientSecret").asString()));
    }

    /** RFC 7662; S3.40: a revoked token is inactive, and refused where it is used. */
    @Test
    void tellsAndEndsTokens() {
        Person ada = client().registerVerified();
        App app = confidentialApp();
        JsonNode tokens = tokens(app, ada);
        String access = tokens.get("access_token").asString();
        String refresh = tokens.get("refresh_token").asString();

        JsonNode told = json(introspect(app, access));
        assertThat(told.get("active").asBoolean()).isTrue();
        assertThat(told.get("client_id").asString()).isEqualTo(app.id());
        assertThat(told.get("sub").asString()).isEqualTo(ada.userId().toString());
        assertThat(told.get("scope").asString()).contains("profile:read");
        assertThat(json(introspect(app, refresh)).get("active").asBoolean()).isTrue();
        assertThat(json(introspect(app, "made-up")).get("active").asBoolean()).isFalse();
        assertThat(json(introspect(app, "a.b.c")).get("active").asBoolean()).isFalse();
        assertThat(json(introspect(confidentialApp(), access)).get("active").asBoolean())
                .isFalse();
        assertError(introspect(publicApp(), access), 401, "invalid_client");

        assertThat(call("/oauth/revoke", app, Map.of("token", access)).statusCode())
                .isEqualTo(200);

        assertThat(json(introspect(app, access)).get("active").asBoolean()).isFalse();
        assertThat(json(introspect(app, refresh)).get("active").asBoolean()).isFalse();
        ProblemAssert.assertThat(client().as(access).get("/api/v1/auth/me")).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertError(refresh(app, refresh), 400, "invalid_grant");
        assertThat(PublishedEvents.first(EventType.SESSION_ENDED, ada.userId())
                        .data()
                        .get("reason")
                        .asString())
                .isEqualTo("revoked_by_application");
    }

    /** RFC 7009 §2: by the application a token was given to; revoking what is gone already is no error. */
    @Test
    void endsTokensOfItsOwnOnly() {
        App app = publicApp();
        JsonNode tokens = tokens(app, anybody());
        String refresh = tokens.get("refresh_token").asString();

        HttpResponse<String> foreign = call("/oauth/revoke", confidentialApp(), Map.of("token", refresh));
        assertThat(foreign.statusCode()).isBetween(400, 401);
        JsonNode renewed = json(refresh(app, refresh));
        String next = renewed.get("refresh_token").asString();

        assertThat(call("/oauth/revoke", app, Map.of("token", next)).statusCode())
                .isEqualTo(200);
        assertThat(call("/oauth/revoke", app, Map.of("token", next)).statusCode())
                .isEqualTo(200);
        assertError(refresh(app, next), 400, "invalid_grant");
        ProblemAssert.assertThat(
                        client().as(renewed.get("access_token").asString()).get("/api/v1/auth/me"))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
    }

    /** One instance of an application gives its token back when it stops; the others go on. */
    @Test
    void givesItsOwnTokensBackOneByOne() {
        Person ada = client().registerVerified();
        App app = register(client().as(client().signIn(ada).get("access_token").asString()), true, Map.of());
        String first = json(token(app, REQUEST)).get("access_token").asString();
        String second = json(token(app, REQUEST)).get("access_token").asString();

        assertThat(call("/oauth/revoke", app, Map.of("token", first)).statusCode())
                .isEqualTo(200);
        assertThat(call("/oauth/revoke", app, Map.of("token", first)).statusCode())
                .isEqualTo(200);

        ProblemAssert.assertThat(client().as(first).get("/api/v1/auth/me")).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertThat(json(introspect(app, first)).get("active").asBoolean()).isFalse();
        assertThat(client().as(second).get("/api/v1/auth/me").statusCode()).isEqualTo(200);
        assertThat(json(introspect(app, second)).get("active").asBoolean()).isTrue();
        assertThat(PublishedEvents.first(EventType.SESSION_ENDED, ada.userId())
                        .data()
                        .get("sessionId")
                        .asString())
                .isEqualTo(claims(first).getJWTID());
    }

    /** What its owner ends is the application's session, with every token of it. */
    @Test
    void losesAllOfItsOwnTokensWithItsSession() throws Exception {
        Person ada = client().registerVerified();
        AuthClient owner = client().as(client().signIn(ada).get("access_token").asString());
        App app = register(owner, true, Map.of());
        String first = json(token(app, REQUEST)).get("access_token").asString();
        String second = json(token(app, REQUEST)).get("access_token").asString();
        String session = claims(first).getStringClaim(CallerClaims.SESSION);

        assertThat(owner.post("/api/v1/auth/session/revoke", Map.of("sessionId", session))
                        .statusCode())
                .isEqualTo(204);

        for (String token : List.of(first, second)) {
            ProblemAssert.assertThat(client().as(token).get("/api/v1/auth/me"))
                    .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        }
        String third = json(token(app, REQUEST)).get("access_token").asString();
        assertThat(client().as(third).get("/api/v1/auth/me").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> introspect(App app, String token) {
        return call("/oauth/introspect", app, Map.of("token", token));
    }
}
