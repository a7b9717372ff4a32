package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.contracts.identity.CallerClaims;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** RFC 8693: an application hands on less than it was given. */
class TokenExchangeIT extends RunningAuthorizationServer {
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private Person ada;
    private AuthClient owner;
    private App asking;

    @BeforeEach
    void register() {
        ada = client().registerVerified();
        owner = client().as(client().signIn(ada).get("access_token").asString());
        asking = register(owner, true, Map.of("scopes", List.of("tunnels:read", "tunnels:write")));
    }

    @Test
    void givesATokenOfTheSamePersonWithLess() throws Exception {
        String subject = subjectToken();

        HttpResponse<String> answer = exchange(asking, subject, Map.of("scope", "tunnels:read"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode tokens = json(answer);
        assertThat(tokens.get("issued_token_type").asString()).isEqualTo(ACCESS_TOKEN);
        assertThat(tokens.get("scope").asString()).isEqualTo("tunnels:read");
        assertThat(tokens.has("refresh_token")).isFalse();
        JWTClaimsSet before = claims(subject);
        JWTClaimsSet now = claims(tokens.get("access_token").asString());
        assertThat(now.getSubject())
                .isEqualTo(before.getSubject())
                .isEqualTo(ada.userId().toString());
        assertThat(now.getStringClaim(CallerClaims.SESSION)).isEqualTo(before.getStringClaim(CallerClaims.SESSION));
        assertThat(now.getStringClaim(CallerClaims.SCOPE)).isEqualTo("tunnels:read");
        assertThat(now.getStringClaim("client_id")).isEqualTo(asking.id());
        assertThat(now.getJSONObjectClaim("act")).containsOnly(Map.entry("sub", asking.id()));
        assertThat(now.getExpirationTime()).isBeforeOrEqualTo(before.getExpirationTime());
    }

    @Test
    void takesWhatBothHaveWhenNothingIsNamed() {
        JsonNode tokens = json(exchange(asking, subjectToken(), Map.of()));

        assertThat(tokens.get("scope").asString()).isEqualTo("tunnels:read");
    }

    @Test
    void endsNoLaterThanTheTokenItWasMadeOf() throws Exception {
        String subject = subjectToken();
        clock.skip(Duration.ofMinutes(20));

        JWTClaimsSet now = claims(
                json(exchange(asking, subject, Map.of())).get("access_token").asString());

        assertThat(now.getExpirationTime()).isBeforeOrEqualTo(claims(subject).getExpirationTime());
    }

    @Test
    void givesNeverMore() {
        String subject = subjectToken();

        assertError(exchange(asking, subject, Map.of("scope", "tunnels:write")), 400, "invalid_scope");
        assertError(exchange(asking, subject, Map.of("scope", "profile:read")), 400, "invalid_scope");
        assertError(exchange(asking, subject, Map.of("resource", "https://evil.example/")), 400, "invalid_target");
        assertError(exchange(asking, subject, Map.of("audience", "somebody-else")), 400, "invalid_target");
        App nothingInCommon = register(owner, true, Map.of("scopes", List.of("webhooks:read")));
        assertError(exchange(nothingInCommon, subject, Map.of()), 400, "invalid_scope");
    }

    @Test
    void stopsAtTheBorderOfTheTenant() {
        App strangers = register(client().signedIn(), true, Map.of("scopes", List.of("tunnels:read")));

        assertError(exchange(strangers, subjectToken(), Map.of()), 400, "invalid_grant");
    }

    @Test
    void takesOnlyLiveTokensThatAPersonAllowed() {
        String subject = subjectToken();
        String exchanged =
                json(exchange(asking, subject, Map.of())).get("access_token").asString();
        String own = json(token(asking, Map.of("grant_type", "client_credentials")))
                .get("access_token")
                .asString();
        String signIn = client().signIn(ada).get("access_token").asString();

        for (String other : List.of(exchanged, own, signIn, "made-up", "a.b.c")) {
            assertError(exchange(asking, other, Map.of()), 400, "invalid_grant");
        }

        clock.skip(Duration.ofMinutes(31));
        assertError(exchange(asking, subject, Map.of()), 400, "invalid_grant");
    }

    @Test
    void isForApplicationsWithASecret() {
        App open = register(owner, false, Map.of());
        String subject = subjectToken();

        HttpResponse<String> refused = exchange(open, subject, Map.of());

        assertThat(refused.statusCode()).as(refused.body()).isBetween(400, 401);
        assertError(
                exchange(asking, subject, Map.of("actor_token", subject, "actor_token_type", ACCESS_TOKEN)),
                400,
                "invalid_request");
        assertError(
                exchange(asking, subject, Map.of("requested_token_type", "urn:ietf:params:oauth:token-type:jwt")),
                400,
                "invalid_request");
    }

    /** Given back alone; gone with the session it belongs to. */
    @Test
    void endsAloneAndWithItsSession() {
        String subject = subjectToken();
        String first =
                json(exchange(asking, subject, Map.of())).get("access_token").asString();
        String second =
                json(exchange(asking, subject, Map.of())).get("access_token").asString();

        assertThat(call("/oauth/revoke", asking, Map.of("token", first)).statusCode())
                .isEqualTo(200);

        assertThat(active(asking, first)).isFalse();
        assertThat(active(asking, second)).isTrue();
        String session = sessionOf(subject);
        assertThat(column("SELECT end_reason FROM auth.session WHERE id = ?::uuid", session))
                .containsOnlyNulls();

        assertThat(owner.delete("/api/v1/auth/sessions/" + session).statusCode())
                .isEqualTo(204);

        assertThat(active(asking, second)).isFalse();
        assertThat(json(client().post("/api/v1/auth/token/validate", Map.of("token", second)))
                        .get("valid")
                        .asBoolean())
                .isFalse();
        assertError(exchange(asking, subject, Map.of()), 400, "invalid_grant");
    }

    /** With {@code profile:read} and {@code tunnels:read}. */
    private String subjectToken() {
        App app = register(owner, false, Map.of());
        String code = code(app, ada, Map.of("scope", "openid profile:read tunnels:read"));
        return json(redeem(app, code)).get("access_token").asString();
    }

    private static String sessionOf(String token) {
        return String.valueOf(claims(token).getClaim(CallerClaims.SESSION));
    }

    private boolean active(App app, String token) {
        return json(call("/oauth/introspect", app, Map.of("token", token)))
                .get("active")
                .asBoolean();
    }

    private HttpResponse<String> exchange(App app, String subjectToken, Map<String, String> changes) {
        Map<String, String> fields = new LinkedHashMap<>(Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token",
                subjectToken,
                "subject_token_type",
                ACCESS_TOKEN));
        fields.putAll(changes);
        return token(app, fields);
    }
}
