package dev.culvert.auth.apikey;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ApiKeyIT extends RunningAuthService {
    private static final String KEYS = "/api/v1/api-keys";
    private static final String EXCHANGE = "/internal/api-keys/exchange";
    private static final Map<String, Object> REQUEST =
            Map.of("name", "laptop", "scopes", List.of(Scope.TUNNELS_USE, Scope.TUNNELS_CONNECT));

    /** R2.8a, R2.8b, S2.8, S2.18, X-4, S3.12 (hashed): shown once, and nowhere to be found afterwards. */
    @Test
    void showsAKeyOnceAndStoresOnlyItsDigest() {
        Person person = client().registerVerified();
        AuthClient ada = signedIn(person);

        HttpResponse<String> answer = ada.post(KEYS, REQUEST);

        assertThat(answer.statusCode()).isEqualTo(201);
        JsonNode created = json(answer);
        String key = created.get("key").asString();
        assertThat(key)
                .matches("cvt_live_[0-9A-Za-z]{57}")
                .startsWith(created.get("prefix").asString());
        assertThat(answer.headers().firstValue("Location"))
                .contains(KEYS + "/" + created.get("id").asString());
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(column("SELECT k::text FROM auth.api_key k")).noneMatch(row -> row.contains(key));
        assertThat(PublishedEvents.until(EventType.API_KEY_CREATED, person.userId()))
                .noneMatch(event -> event.data().toString().contains(key));
        assertThat(column("SELECT column_name FROM information_schema.columns WHERE table_schema = 'auth'"
                        + " AND table_name = 'api_key'"))
                .contains("tenant_id", "account_id", "prefix", "digest", "scopes", "expires_at", "revoked_at")
                .doesNotContain("key");
        JsonNode listed = json(ada.get(KEYS));
        assertThat(listed.get("total").asInt()).isEqualTo(1);
        assertThat(listed.at("/items/0/prefix")).isEqualTo(created.get("prefix"));
        assertThat(listed.at("/items/0/key").isMissingNode()).isTrue();
        assertThat(json(ada.get(KEYS + "/" + created.get("id").asString()))
                        .get("name")
                        .asString())
                .isEqualTo("laptop");
    }

    @Test
    void exchangesAKeyForAShortTokenWithItsScopes() throws Exception {
        Person ada = client().registerVerified();
        JsonNode key = json(signedIn(ada).post(KEYS, REQUEST));

        HttpResponse<String> answer = client().as(key.get("key").asString()).post(EXCHANGE);

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode exchanged = json(answer);
        assertThat(exchanged.get("expiresInSeconds").asInt()).isEqualTo(300);
        assertThat(exchanged.get("apiKeyId")).isEqualTo(key.get("id"));
        assertThat(exchanged.get("userId").asString()).isEqualTo(ada.userId().toString());
        assertThat(exchanged.get("tenantId").asString())
                .isEqualTo(ada.tenantId().toString());
        JWTClaimsSet claims = claims(exchanged.get("token").asString());
        assertThat(claims.getStringClaim(CallerClaims.API_KEY))
                .isEqualTo(key.get("id").asString());
        assertThat(claims.getStringClaim(CallerClaims.SESSION)).isNull();
        assertThat(claims.getStringClaim(CallerClaims.SCOPE)).isEqualTo("tunnels:connect tunnels:use");
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        json(signedIn(ada).get(KEYS)).at("/items/0/lastUsedAt").isString());
    }

    /** A leaked key must not be able to make others, nor use the rights of its owner. */
    @Test
    void givesKeysNoAdministratorsRights() throws Exception {
        AuthClient admin = client().as(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());
        JsonNode key = json(admin.post(KEYS, REQUEST));
        String token = json(client().as(key.get("key").asString()).post(EXCHANGE))
                .get("token")
                .asString();

        assertThat(claims(token).getStringListClaim(CallerClaims.ROLES)).containsExactly("enterprise_user", "user");
        ProblemAssert.assertThat(client().as(token).post(KEYS, REQUEST)).isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(admin.post(KEYS, Map.of("name", "x", "scopes", List.of(Scope.ADMIN, "made:up"))))
                .isProblem(ProblemCode.VALIDATION_ERROR);
    }

    /** R2.8a, X-7: by POST .../revoke and by DELETE; a second time changes nothing. */
    @Test
    void revokesAKeyForGood() {
        Person ada = client().registerVerified();
        JsonNode first = json(signedIn(ada).post(KEYS, REQUEST));
        JsonNode second = json(signedIn(ada).post(KEYS, REQUEST));

        String revoke = KEYS + "/" + first.get("id").asString() + "/revoke";
        assertThat(signedIn(ada).post(revoke).statusCode()).isEqualTo(204);
        assertThat(signedIn(ada).post(revoke).statusCode()).isEqualTo(204);
        assertThat(signedIn(ada)
                        .delete(KEYS + "/" + second.get("id").asString())
                        .statusCode())
                .isEqualTo(204);

        ProblemAssert.assertThat(client().as(first.get("key").asString()).post(EXCHANGE))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID)
                .hasAlias("INVALID_API_KEY");
        ProblemAssert.assertThat(client().as(second.get("key").asString()).post(EXCHANGE))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertThat(reason(second.get("key").asString())).isEqualTo("revoked");
        var events = PublishedEvents.until(EventType.API_KEY_REVOKED, ada.userId());
        assertThat(events)
                .filteredOn(event -> event.type().equals(EventType.API_KEY_REVOKED.cloudEventsType()))
                .first()
                .satisfies(event -> assertThat(event.data().get("apiKeyId")).isEqualTo(first.get("id")));
        assertThat(events)
                .filteredOn(event -> event.type().equals(EventType.API_KEY_CREATED.cloudEventsType()))
                .hasSize(2);
    }

    @Test
    void endsAKeyAtItsExpiry() {
        Person ada = client().registerVerified();
        String expiry = clock.instant().plus(Duration.ofMinutes(2)).toString();
        JsonNode key = json(signedIn(ada)
                .post(KEYS, Map.of("name", "short", "scopes", List.of(Scope.TUNNELS_USE), "expiresAt", expiry)));
        AuthClient holder = client().as(key.get("key").asString());

        assertThat(json(holder.post(EXCHANGE)).get("expiresInSeconds").asInt()).isBetween(60, 120);
        clock.skip(Duration.ofMinutes(3));

        ProblemAssert.assertThat(holder.post(EXCHANGE)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertThat(reason(key.get("key").asString())).isEqualTo("expired");
    }

    /** S3.13: one answer for every key that is not good, also for a wrong secret with a right prefix. */
    @Test
    void refusesMadeUpKeysAllTheSame() {
        String key = json(client().signedIn().post(KEYS, REQUEST)).get("key").asString();

        ProblemAssert.assertThat(client().as("cvt_live_rubbish").post(EXCHANGE))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        ProblemAssert.assertThat(client().as(KeyText.random("live").value()).post(EXCHANGE))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        ProblemAssert.assertThat(client().as(otherSecret(key)).post(EXCHANGE))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        ProblemAssert.assertThat(client().post(EXCHANGE)).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
        assertThat(reason("cvt_live_rubbish")).isEqualTo("malformed");
        assertThat(reason(KeyText.random("live").value())).isEqualTo("unknown");
        assertThat(reason(otherSecret(key))).isEqualTo("unknown");
    }

    /** What the gateway is told beside the one answer. */
    private String reason(String key) {
        return client().as(key)
                .post(EXCHANGE)
                .headers()
                .firstValue(HeaderNames.REFUSAL_REASON)
                .orElse("none");
    }

    /** R2.5, S2.6: a stranger's key does not exist, and lists of two tenants have nothing in common. */
    @Test
    void hidesKeysFromStrangers() {
        String id = json(client().signedIn().post(KEYS, REQUEST)).get("id").asString();
        AuthClient eve = client().signedIn();

        ProblemAssert.assertThat(eve.get(KEYS + "/" + id)).isProblem(ProblemCode.API_KEY_001);
        ProblemAssert.assertThat(eve.delete(KEYS + "/" + id)).isProblem(ProblemCode.API_KEY_001);
        ProblemAssert.assertThat(eve.get(KEYS + "/" + UUID.randomUUID())).isProblem(ProblemCode.API_KEY_001);
        assertThat(column("SELECT id FROM auth.api_key WHERE id = ? AND revoked_at IS NULL", UUID.fromString(id)))
                .hasSize(1);
        assertThat(json(eve.get(KEYS)).get("total").asInt()).isZero();
    }

    @Test
    void namesEveryFieldThatIsNotValid() {
        ProblemAssert.assertThat(client().signedIn()
                        .post(KEYS, Map.of("name", "", "scopes", List.of(), "expiresAt", "2020-01-01T00:00:00Z")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("name", "scopes", "expiresAt");
    }

    private AuthClient signedIn(Person person) {
        return client().as(client().signIn(person).get("access_token").asString());
    }

    /** Another well-formed key that begins like this one. */
    private static String otherSecret(String key) {
        return KeyText.withPrefix(KeyText.parse(key).orElseThrow().prefix()).value();
    }
}
