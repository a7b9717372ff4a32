package dev.culvert.auth.apikey;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What owners lay down for a key, change and hand on to another key. */
class ApiKeyTermsIT extends RunningAuthService {
    private static final String KEYS = "/api/v1/api-keys";
    private static final String EXCHANGE = "/internal/api-keys/exchange";
    private static final Pattern ACTIVE = Pattern.compile("^api_keys_active\\S* (\\S+)$", Pattern.MULTILINE);

    /** S3.15 at the issuer: the next token of the key has what it may do now. R2.8a. */
    @Test
    void changesWhatIsNamedAndAnnouncesIt() throws Exception {
        Person person = client().registerVerified();
        AuthClient ada = signedIn(person);
        JsonNode key = create(ada, Map.of("scopes", List.of(Scope.TUNNELS_READ, Scope.TUNNELS_WRITE)));

        HttpResponse<String> answer =
                ada.patch(path(key), Map.of("name", "renamed", "scopes", List.of(Scope.TUNNELS_READ), "rateLimit", 7));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).get("name").asString()).isEqualTo("renamed");
        assertThat(json(answer).get("rateLimit").asInt()).isEqualTo(7);
        assertThat(json(answer).has("key")).isFalse();
        JsonNode exchanged = json(holder(key).post(EXCHANGE));
        assertThat(claims(exchanged.get("token").asString()).getStringClaim(CallerClaims.SCOPE))
                .isEqualTo(Scope.TUNNELS_READ);
        assertThat(exchanged.get("version").asInt()).isEqualTo(2);
        JsonNode event = PublishedEvents.first(EventType.API_KEY_UPDATED, person.userId())
                .data();
        assertThat(event.get("apiKeyId")).isEqualTo(key.get("id"));
        assertThat(event.get("version").asInt()).isEqualTo(2);
        assertThat(event.get("changedFields").valueStream().map(JsonNode::asString))
                .containsExactlyInAnyOrder("name", "scopes", "rateLimit");
        assertThat(actions(ada, key))
                .filteredOn(action -> !action.equals("used")) // which is noted a moment later
                .containsExactly("updated", "created");
    }

    /** PUT says everything anew. */
    @Test
    void replacesAllTerms() {
        AuthClient ada = client().signedIn();
        JsonNode key = create(ada, Map.of("expiresIn", 3_600_000, "description", "for the lab", "rateLimit", 5));
        assertThat(key.get("expiresAt").isString()).isTrue();

        JsonNode replaced = json(ada.put(path(key), Map.of("name", "anew", "scopes", List.of(Scope.PROXIES_USE))));

        assertThat(replaced.has("expiresAt")).isFalse();
        assertThat(replaced.get("description").asString()).isEmpty();
        assertThat(replaced.get("rateLimit").asInt()).isEqualTo(1_000);
        assertThat(replaced.at("/limits/hour").asInt()).isEqualTo(50_000);
        assertThat(replaced.get("scopes").valueStream().map(JsonNode::asString)).containsExactly(Scope.PROXIES_USE);
    }

    @Test
    void holdsAKeyToItsNetworks() {
        AuthClient ada = client().signedIn();
        JsonNode key = create(ada, Map.of("allowedNetworks", List.of("203.0.113.0/24", "2001:db8::/32")));

        ProblemAssert.assertThat(holder(key).post(EXCHANGE))
                .isProblem(ProblemCode.FORBIDDEN)
                .hasAlias("API_KEY_ADDRESS_NOT_ALLOWED");
        HttpResponse<String> inside = holder(key).from("203.0.113.9").post(EXCHANGE);
        assertThat(inside.statusCode()).isEqualTo(200);
        assertThat(json(inside).get("allowedNetworks").valueStream().map(JsonNode::asString))
                .containsExactly("203.0.113.0/24", "2001:db8::/32");
        assertThat(holder(key).from("2001:db8::7").post(EXCHANGE).statusCode()).isEqualTo(200);

        ada.patch(path(key), Map.of("allowedNetworks", List.of()));

        assertThat(holder(key).post(EXCHANGE).statusCode()).isEqualTo(200);
    }

    /** For the gateway, which enforces them. */
    @Test
    void handsLimitsOnWithTheToken() {
        JsonNode key =
                create(client().signedIn(), Map.of("rateLimit", 60, "limits", Map.of("day", 500, "month", 9_000)));

        JsonNode limits = json(holder(key).post(EXCHANGE)).get("limits");

        assertThat(limits.get("minute").asInt()).isEqualTo(60);
        assertThat(limits.get("hour").asInt()).isEqualTo(50_000);
        assertThat(limits.get("day").asInt()).isEqualTo(500);
        assertThat(limits.get("month").asInt()).isEqualTo(9_000);
    }

    /** R2.8a: both keys work through the overlap, and the owner sees who still uses the old one. */
    @Test
    void rotatesAKeyWithAnOverlap() {
        Person person = client().registerVerified();
        JsonNode old =
                create(signedIn(person), Map.of("expiresIn", Duration.ofDays(10).toMillis()));

        HttpResponse<String> answer = signedIn(person).post(path(old) + "/rotate", Map.of("overlapSeconds", 3600));

        assertThat(answer.statusCode()).isEqualTo(201);
        JsonNode next = json(answer);
        assertThat(next.get("rotatedFromId")).isEqualTo(old.get("id"));
        assertThat(next.get("key").asString()).isNotEqualTo(old.get("key").asString());
        assertThat(next.get("scopes")).isEqualTo(old.get("scopes"));
        assertThat(Instant.parse(next.get("expiresAt").asString()))
                .isAfter(clock.instant().plus(Duration.ofDays(9)));
        assertThat(holder(next).post(EXCHANGE).statusCode()).isEqualTo(200);
        JsonNode before = json(signedIn(person).get(path(old)));
        assertThat(before.get("replacedById")).isEqualTo(next.get("id"));
        assertThat(before.get("usedSinceRotation").asBoolean()).isFalse();

        assertThat(holder(old).post(EXCHANGE).statusCode()).isEqualTo(200);

        await().atMost(Duration.ofSeconds(30))
                .until(() -> json(signedIn(person).get(path(old)))
                        .get("usedSinceRotation")
                        .asBoolean());
        clock.skip(Duration.ofMinutes(61));
        ProblemAssert.assertThat(holder(old).post(EXCHANGE))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID)
                .hasAlias("INVALID_API_KEY");
        assertThat(holder(next).post(EXCHANGE).statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(actions(signedIn(person), old))
                        .containsExactly("expired", "used", "rotated", "created"));
        JsonNode rotated = PublishedEvents.first(EventType.API_KEY_ROTATED, person.userId())
                .data();
        assertThat(rotated.get("replacedById")).isEqualTo(next.get("id"));
        assertThat(PublishedEvents.first(EventType.API_KEY_EXPIRED, person.userId())
                        .data()
                        .get("apiKeyId"))
                .isEqualTo(old.get("id"));
        assertThat(PublishedEvents.first(EventType.API_KEY_USED, person.userId())
                        .data()
                        .get("clientAddress")
                        .asString())
                .startsWith("198.18.");
    }

    @Test
    void rotatesAKeyOnce() {
        AuthClient ada = client().signedIn();
        JsonNode key = create(ada, Map.of());

        assertThat(ada.post(path(key) + "/rotate").statusCode()).isEqualTo(201);
        ProblemAssert.assertThat(ada.post(path(key) + "/rotate"))
                .isProblem(ProblemCode.CONFLICT_STATE)
                .hasAlias("API_KEY_ALREADY_ROTATED");
        assertThat(holder(key).post(EXCHANGE).statusCode()).isEqualTo(200);
    }

    @Test
    void endsTheOldKeyAtOnceWithoutAnOverlap() {
        AuthClient ada = client().signedIn();
        JsonNode key = create(ada, Map.of());

        ada.post(path(key) + "/rotate", Map.of("overlapSeconds", 0));

        ProblemAssert.assertThat(holder(key).post(EXCHANGE)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        ProblemAssert.assertThat(ada.patch(path(key), Map.of("name", "late"))).isProblem(ProblemCode.CONFLICT_STATE);
    }

    /** S2.5: the coarse words of other systems. */
    @Test
    void takesReadAndWriteForScopes() {
        AuthClient ada = client().signedIn();

        JsonNode reader = json(ada.post(KEYS, Map.of("name", "reader", "permissions", List.of("read"))));

        assertThat(reader.get("scopes").valueStream().map(JsonNode::asString))
                .isNotEmpty()
                .allMatch(scope -> scope.endsWith(":read"));
        ProblemAssert.assertThat(ada.post(KEYS, Map.of("name", "x", "permissions", List.of("use"))))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("scopes");
        ProblemAssert.assertThat(ada.post(KEYS, Map.of("name", "x")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("scopes");
    }

    @Test
    void refusesTermsNoKeyCanHave() {
        AuthClient ada = client().signedIn();
        JsonNode key = create(ada, Map.of());

        ProblemAssert.assertThat(ada.patch(path(key), Map.of("allowedNetworks", List.of("10.0.0.0/99", "example.org"))))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("allowedNetworks", "allowedNetworks");
        ProblemAssert.assertThat(ada.patch(path(key), Map.of("scopes", List.of(Scope.ADMIN))))
                .isProblem(ProblemCode.VALIDATION_ERROR);
        ProblemAssert.assertThat(ada.patch(path(key), Map.of("expiresIn", 999)))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("expiresIn");
        ProblemAssert.assertThat(ada.patch(path(key), Map.of("rateLimit", 0)))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("rateLimit");
        ProblemAssert.assertThat(ada.patch(path(key), Map.of("name", " ")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("name");
    }

    /** R2.5: a stranger's key cannot be changed, rotated or looked into. */
    @Test
    void hidesKeysFromStrangers() {
        JsonNode key = create(client().signedIn(), Map.of());
        AuthClient eve = client().signedIn();

        ProblemAssert.assertThat(eve.patch(path(key), Map.of("name", "mine"))).isProblem(ProblemCode.API_KEY_001);
        ProblemAssert.assertThat(eve.post(path(key) + "/rotate")).isProblem(ProblemCode.API_KEY_001);
        ProblemAssert.assertThat(eve.get(path(key) + "/audit-logs")).isProblem(ProblemCode.API_KEY_001);
    }

    /** S3.24: revoke one: the gauge falls. */
    @Test
    void countsActiveKeys() {
        AuthClient ada = client().signedIn();
        JsonNode key = create(ada, Map.of());
        await().atMost(Duration.ofSeconds(30)).until(() -> activeShown() == activeStored());
        double before = activeShown();

        ada.delete(path(key));

        await().atMost(Duration.ofSeconds(30)).until(() -> activeShown() == before - 1);
    }

    /** AC15.1: a stolen token of an administrator must not be enough for a key that outlives it. */
    @Test
    void asksAdministratorsForAFreshSignIn() {
        JsonNode tokens = json(client().login("admin", ADMIN_PASSWORD));
        clock.skip(Duration.ofMinutes(16));
        AuthClient late = client().as(
                        json(client().refresh(tokens.get("refresh_token").asString()))
                                .get("access_token")
                                .asString());

        ProblemAssert.assertThat(late.post(KEYS, Map.of("name", "x", "scopes", List.of(Scope.TUNNELS_USE))))
                .isProblem(ProblemCode.REAUTHENTICATION_REQUIRED);

        AuthClient again = client().as(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());
        assertThat(create(again, Map.of()).get("key").isString()).isTrue();
    }

    private JsonNode create(AuthClient owner, Map<String, ?> terms) {
        Map<String, Object> request = new HashMap<>(Map.of("name", "laptop", "scopes", List.of(Scope.TUNNELS_USE)));
        request.putAll(terms);
        HttpResponse<String> answer = owner.post(KEYS, request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer);
    }

    private AuthClient signedIn(Person person) {
        return client().as(client().signIn(person).get("access_token").asString());
    }

    private AuthClient holder(JsonNode key) {
        return client().as(key.get("key").asString());
    }

    private static String path(JsonNode key) {
        return KEYS + "/" + key.get("id").asString();
    }

    private static List<String> actions(AuthClient owner, JsonNode key) {
        return json(owner.get(path(key) + "/audit-logs"))
                .get("items")
                .valueStream()
                .map(entry -> entry.get("action").asString())
                .toList();
    }

    private double activeShown() {
        Matcher gauge = ACTIVE.matcher(client().get("/metrics").body());
        assertThat(gauge.find()).isTrue();
        return Double.parseDouble(gauge.group(1));
    }

    private double activeStored() {
        return Double.parseDouble(column(
                        "SELECT count(*) FROM auth.api_key WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?::timestamptz)",
                        clock.instant().toString())
                .getFirst());
    }
}
