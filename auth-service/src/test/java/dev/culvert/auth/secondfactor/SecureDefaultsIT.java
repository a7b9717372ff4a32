package dev.culvert.auth.secondfactor;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.OtherInstance;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.auth.passkey.TestingDevice;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.ConfigurableEnvironment;
import tools.jackson.databind.JsonNode;

/** What an installation asks for when nobody configures anything. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureDefaultsIT extends RunningAuthService {
    private static final String LOGIN = "/api/v1/auth/login";

    @Autowired
    private ConfigurableEnvironment environment;

    private OtherInstance installation;

    @BeforeAll
    void install() {
        installation = OtherInstance.start(environment, clock);
    }

    @AfterAll
    void remove() {
        installation.close();
    }

    /** AC1.2: an administrator without the factor gets no token at all, only the way to set one up. */
    @Test
    void makesAdministratorsSetUpASecondFactorOnTheWayIn() throws Exception {
        Person grace = administrator();
        JsonNode before = json(client().login(grace.username(), PASSWORD));

        JsonNode answer = json(installation.client().login(grace.username(), PASSWORD));

        assertThat(answer.has("access_token")).isFalse();
        assertThat(answer.get("enrolment_required").asBoolean()).isTrue();
        String challenge = answer.get("challenge").asString();
        ProblemAssert.assertThat(installation.client().as(challenge).get("/api/v1/auth/me"))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);

        String secret = json(installation.client().post(LOGIN + "/second-factor/enrol", Map.of("challenge", challenge)))
                .get("secret")
                .asString();
        TestingApp app = new TestingApp(secret, clock);
        HttpResponse<String> done = installation
                .client()
                .post(LOGIN + "/second-factor", Map.of("challenge", challenge, "code", app.code()));

        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(json(done).get("recovery_codes").size()).isEqualTo(10);
        String token = json(done).get("access_token").asString();
        assertThat(claims(token).getStringListClaim(CallerClaims.ROLES)).contains("support_admin");
        ProblemAssert.assertThat(installation.client().as(token).delete("/api/v1/auth/second-factor"))
                .isProblem(ProblemCode.CONFLICT_STATE)
                .hasAlias("SECOND_FACTOR_REQUIRED");

        // a session from before the factor was required goes on without the role
        JsonNode renewed =
                json(installation.client().refresh(before.get("refresh_token").asString()));
        assertThat(claims(renewed.get("access_token").asString()).getStringListClaim(CallerClaims.ROLES))
                .containsExactly("user");
    }

    /** AC1.2: a passkey is as good as an app, alone or after the password, and the last of both stays. */
    @Test
    void takesAPasskeyAsTheSecondFactorOfAdministrators() throws Exception {
        Person grace = administrator();
        JsonNode first = json(client().login(grace.username(), PASSWORD)); // on an installation that asks for none
        AuthClient fresh = installation.client().as(first.get("access_token").asString());
        TestingDevice device = new TestingDevice();
        JsonNode options = json(fresh.post("/api/v1/auth/passkeys/registration-options"));
        HttpResponse<String> registered =
                fresh.post("/api/v1/auth/passkeys", Map.of("name", "laptop", "credential", device.create(options)));
        assertThat(registered.statusCode()).as(registered.body()).isEqualTo(201);

        JsonNode challenge = json(installation.client().login(grace.username(), PASSWORD));
        assertThat(challenge.get("enrolment_required").asBoolean()).isFalse();
        JsonNode stepped = json(installation
                .client()
                .post(
                        LOGIN + "/second-factor/passkey",
                        Map.of(
                                "challenge",
                                challenge.get("challenge").asString(),
                                "credential",
                                device.get(challenge.get("passkey")))));
        JsonNode alone = json(installation
                .client()
                .post(
                        "/api/v1/auth/passkeys/sign-in",
                        Map.of(
                                "credential",
                                device.get(
                                        json(installation.client().post("/api/v1/auth/passkeys/sign-in-options"))))));

        for (JsonNode tokens : List.of(stepped, alone)) {
            String token = tokens.get("access_token").asString();
            assertThat(claims(token).getStringListClaim(CallerClaims.ROLES)).contains("support_admin");
            ProblemAssert.assertThat(installation
                            .client()
                            .as(token)
                            .delete("/api/v1/auth/passkeys/"
                                    + json(registered).get("id").asString()))
                    .isProblem(ProblemCode.CONFLICT_STATE)
                    .hasAlias("SECOND_FACTOR_REQUIRED");
        }
    }

    /** R2.8a: ten an hour from one address, whoever makes them; rotated ones count too. */
    @Test
    void refusesTheEleventhKeyOfAnAddressWithinAnHour() {
        AuthClient ada = signedInFrom("198.51.100.1");
        AuthClient bob = signedInFrom("198.51.100.1");
        for (int i = 0; i < 9; i++) {
            assertThat(newKey(i % 2 == 0 ? ada : bob).statusCode()).isEqualTo(201);
        }
        String id = json(newKey(ada)).get("id").asString();

        HttpResponse<String> eleventh = newKey(bob);

        ProblemAssert.assertThat(eleventh)
                .isProblem(ProblemCode.RATE_LIMIT_EXCEEDED)
                .hasAlias("API_KEY_RATE_LIMIT_EXCEEDED");
        assertThat(eleventh.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(3_000L, 3_600L);
        ProblemAssert.assertThat(ada.post("/api/v1/api-keys/" + id + "/rotate"))
                .isProblem(ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(newKey(signedInFrom("198.51.100.2")).statusCode()).isEqualTo(201);
    }

    /** S1.18, X-4: cost 12 in the stored prefix; a cheaper hash is replaced when its owner signs in. */
    @Test
    void hashesPasswordsWithCostTwelve() {
        Person ada = installation.client().register();
        Person bob = client().registerVerified();
        assertThat(hash(bob)).startsWith("{bcrypt-hmac}$2a$08$");

        assertThat(installation.client().login(bob.username(), PASSWORD).statusCode())
                .isEqualTo(200);

        assertThat(hash(ada)).startsWith("{bcrypt-hmac}$2a$12$");
        assertThat(hash(bob)).startsWith("{bcrypt-hmac}$2a$12$");
    }

    private static String hash(Person person) {
        return column("SELECT password_hash FROM auth.account WHERE id = ?", person.userId())
                .getFirst();
    }

    private Person administrator() {
        Person person = client().registerVerified();
        AuthClient admin = client().as(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());
        HttpResponse<String> granted =
                admin.post("/api/v1/auth/role-grants", Map.of("userId", person.userId(), "role", "support_admin"));
        assertThat(granted.statusCode()).as(granted.body()).isEqualTo(201);
        return person;
    }

    private AuthClient signedInFrom(String address) {
        Person person = client().registerVerified();
        return installation
                .client()
                .from(address)
                .as(client().signIn(person).get("access_token").asString());
    }

    private static HttpResponse<String> newKey(AuthClient owner) {
        return owner.post("/api/v1/api-keys", Map.of("name", "one of many", "scopes", List.of(Scope.TUNNELS_USE)));
    }
}
