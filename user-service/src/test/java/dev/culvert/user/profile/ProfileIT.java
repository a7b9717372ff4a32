package dev.culvert.user.profile;

import static dev.culvert.user.UserClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestCallers;
import dev.culvert.user.RunningUserService;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ProfileIT extends RunningUserService {
    private static final String PROFILE = "/api/v1/users/profile";
    private static final Map<String, Object> ADA = Map.of(
            "firstName",
            "Ada",
            "lastName",
            "Lovelace <b>'; DROP TABLE profile; --",
            "nickname",
            "Åda 🙂",
            "avatar",
            "https://example.org/ada.png",
            "locale",
            "en-GB");

    /** the registration alone brings a tenant and a profile into being, whatever is delivered twice. */
    @Test
    void beginsWithTheRegistration() {
        TestCallers ada = TestCallers.user();
        String verified = "ada-" + ada.userId() + "@new.example.org";
        UUID event = UUID.randomUUID();
        publish(event, ada, registration(ada, "ada-" + ada.userId()));
        publish(event, ada, registration(ada, "ada-" + ada.userId()));
        publish(UUID.randomUUID(), ada, registration(ada, "ada-" + ada.userId()));
        publish(UUID.randomUUID(), ada, new AuthEvent.EmailVerified(ada.userId(), verified));
        publish(UUID.randomUUID(), ada, new AuthEvent.SignedIn(ada.userId(), UUID.randomUUID(), "127.0.0.1", "test"));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            HttpResponse<String> answer = client(ada).get("/api/v1/users/" + ada.userId());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(json(answer).get("loginCount").asInt()).isEqualTo(1);
        });

        JsonNode profile = json(client(ada).get(PROFILE));
        assertThat(profile.get("username").asString()).isEqualTo("ada-" + ada.userId());
        assertThat(profile.get("email").asString()).isEqualTo(verified);
        assertThat(profile.get("emailVerified").asBoolean()).isTrue();
        assertThat(profile.get("tier").asString()).isEqualTo("free");
        JsonNode tenant = json(client(ada).get("/api/v1/users/tenant"));
        assertThat(tenant.get("id").asString()).isEqualTo(ada.tenantId().toString());
        assertThat(tenant.get("personal").asBoolean()).isTrue();
        assertThat(tenant.get("ownerId").asString()).isEqualTo(ada.userId().toString());
        var created = PublishedEvents.first(EventType.PROFILE_CREATED, ada.userId());
        assertThat(created.tenantId()).isEqualTo(ada.tenantId().toString());
        assertThat(PublishedEvents.first(EventType.TENANT_CREATED, ada.tenantId())
                        .data()
                        .get("ownerId")
                        .asString())
                .isEqualTo(ada.userId().toString());
        assertThat(column("SELECT id FROM users.tenant WHERE owner_id = ?", ada.userId()))
                .hasSize(1);
    }

    /** The token proves the account, so a profile that is not there yet is on its way. */
    @Test
    void asksForPatienceWhileTheProfileIsBeingMade() {
        HttpResponse<String> answer = client(TestCallers.user()).get(PROFILE);

        ProblemAssert.assertThat(answer)
                .isProblem(ProblemCode.SERVICE_UNAVAILABLE)
                .hasAlias("PROFILE_NOT_READY");
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    }

    /** R3.1, PT4: what is written is read, Unicode and markup included; R3.7: markup is text. */
    @Test
    void keepsWhatItsOwnerWrites() {
        TestCallers ada = registered();

        HttpResponse<String> answer = client(ada).put(PROFILE, ADA);

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode profile = json(client(ada).get(PROFILE));
        ADA.forEach((field, value) -> assertThat(profile.get(field).asString()).isEqualTo(value));
        assertThat(json(client(ada).get("/api/v1/users/" + ada.userId()))
                        .at("/profile/firstName")
                        .asString())
                .isEqualTo("Ada");
        var updated = PublishedEvents.first(EventType.PROFILE_UPDATED, ada.userId());
        assertThat(updated.data().get("changedFields").values())
                .extracting(JsonNode::asString)
                .containsExactlyInAnyOrderElementsOf(ADA.keySet());
    }

    @Test
    void replacesByPutAndMergesByPatch() {
        TestCallers ada = registered();
        client(ada).put(PROFILE, ADA);

        JsonNode patched = json(client(ada).patch(PROFILE, "{\"firstName\":\"Augusta\",\"nickname\":null}"));
        assertThat(patched.get("firstName").asString()).isEqualTo("Augusta");
        assertThat(patched.has("nickname")).isFalse();
        assertThat(patched.get("lastName").asString()).startsWith("Lovelace");

        JsonNode replaced = json(client(ada).put(PROFILE, Map.of("firstName", "Ada")));
        assertThat(replaced.get("firstName").asString()).isEqualTo("Ada");
        assertThat(replaced.has("lastName")).isFalse();
    }

    @Test
    void announcesOnlyWhatChanged() {
        TestCallers ada = registered();
        client(ada).put(PROFILE, Map.of("firstName", "Ada"));

        client(ada).put(PROFILE, Map.of("firstName", "Ada"));
        client(ada).put("/api/v1/users/preferences", Map.of("theme", "dark"));

        assertThat(PublishedEvents.until(EventType.PREFERENCES_UPDATED, ada.userId()))
                .extracting(PublishedEvents.Published::type)
                .containsExactly(
                        EventType.PROFILE_CREATED.cloudEventsType(),
                        EventType.PROFILE_UPDATED.cloudEventsType(),
                        EventType.PREFERENCES_UPDATED.cloudEventsType());
    }

    /** R3.1a, R3.7, X-25: too long, control characters, no language, unknown and mistyped members. */
    @Test
    void namesEveryFieldThatIsNotValid() {
        TestCallers ada = registered();

        ProblemAssert.assertThat(client(ada)
                        .put(
                                PROFILE,
                                Map.of(
                                        "firstName",
                                        "x".repeat(101),
                                        "lastName",
                                        "a\u0000b",
                                        "avatar",
                                        "javascript:alert(1)",
                                        "locale",
                                        "english please")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("firstName", "lastName", "avatar", "locale");
        ProblemAssert.assertThat(client(ada).put(PROFILE, Map.of("tier", "enterprise")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("tier");
        ProblemAssert.assertThat(client(ada).patch(PROFILE, Map.of("firstName", "x".repeat(101))))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("firstName");
        ProblemAssert.assertThat(client(ada).patch(PROFILE, Map.of("tier", "enterprise")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("tier");
        ProblemAssert.assertThat(client(ada).patch(PROFILE, Map.of("firstName", 7)))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("firstName");
        assertThat(json(client(ada).get(PROFILE)).has("firstName")).isFalse();
    }

    /** R2.5, R3.1: a stranger does not exist, an administrator with the permission sees anybody. */
    @Test
    void showsUsersToThemselvesAndToAdministratorsOnly() {
        TestCallers ada = registered();
        TestCallers eve = registered();
        String path = "/api/v1/users/" + ada.userId();

        assertThat(client(ada).get(path).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(client(eve).get(path)).isProblem(ProblemCode.USER_001);
        assertThat(client(TestCallers.supportAdmin()).get(path).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(client(TestCallers.superAdmin()).get("/api/v1/users/" + UUID.randomUUID()))
                .isProblem(ProblemCode.USER_001);
        ProblemAssert.assertThat(client().get(path)).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
    }

    @Test
    void listsAndSearchesUsersForAdministrators() {
        TestCallers ada = registered();
        registered();
        TestCallers admin = TestCallers.superAdmin();

        JsonNode found = json(client(admin)
                .get("/api/v1/users?search=" + ada.userId().toString().substring(0, 18)));
        assertThat(found.get("total").asInt()).isEqualTo(1);
        assertThat(found.at("/items/0/id").asString()).isEqualTo(ada.userId().toString());
        JsonNode page = json(client(admin).get("/api/v1/users?limit=1"));
        assertThat(page.get("items").size()).isEqualTo(1);
        assertThat(page.get("hasMore").asBoolean()).isTrue();
        assertThat(json(client(admin).get("/api/v1/users?search=%25_%21"))
                        .get("total")
                        .asInt())
                .isZero();
        ProblemAssert.assertThat(client(ada).get("/api/v1/users")).isProblem(ProblemCode.FORBIDDEN);
    }

    /** Only the scopes of a key count, whoever its owner is. */
    @Test
    void letsKeysReadButNotWrite() {
        TestCallers ada = registered();
        TestCallers key = ada.withScopes(Scope.PROFILE_READ);

        assertThat(client(key).get(PROFILE).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(client(key).put(PROFILE, ADA)).isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(client(ada.withScopes(Scope.TUNNELS_USE)).get(PROFILE))
                .isProblem(ProblemCode.FORBIDDEN);
    }
}
