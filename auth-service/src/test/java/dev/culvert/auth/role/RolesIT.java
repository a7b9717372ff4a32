package dev.culvert.auth.role;

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
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RolesIT extends RunningAuthService {
    private static final String GRANTS = "/api/v1/auth/role-grants";

    /** R2.3: granted by a super_admin, with who and when; the tokens of before are refused, the next one has the role. */
    @Test
    void grantsARoleAndTakesItAway() throws Exception {
        Person ada = client().registerVerified();
        String before = client().signIn(ada).get("access_token").asString();

        HttpResponse<String> answer = grant(admin(), ada, "support_admin");

        assertThat(answer.statusCode()).isEqualTo(201);
        JsonNode grant = json(answer);
        assertThat(grant.get("active").asBoolean()).isTrue();
        assertThat(grant.get("grantedBy").isString()).isTrue();
        ProblemAssert.assertThat(client().as(before).get("/api/v1/auth/me")).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        String with = client().signIn(ada).get("access_token").asString();
        assertThat(claims(with).getStringListClaim(CallerClaims.ROLES)).contains("support_admin");
        ProblemAssert.assertThat(grant(admin(), ada, "support_admin"))
                .isProblem(ProblemCode.ALREADY_EXISTS)
                .hasAlias("ROLE_ALREADY_HELD");

        String revoke = GRANTS + "/" + grant.get("id").asString() + "/revoke";
        assertThat(admin().post(revoke).statusCode()).isEqualTo(204);
        assertThat(admin().post(revoke).statusCode()).isEqualTo(204);

        ProblemAssert.assertThat(client().as(with).get("/api/v1/auth/me")).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        String after = client().signIn(ada).get("access_token").asString();
        assertThat(claims(after).getStringListClaim(CallerClaims.ROLES)).containsExactly("user");
        JsonNode listed = json(admin().get(GRANTS + "?userId=" + ada.userId()));
        assertThat(listed.get("total").asInt()).isEqualTo(1);
        assertThat(listed.at("/items/0/active").asBoolean()).isFalse();
        assertThat(listed.at("/items/0/revokedBy").isString()).isTrue();
        assertThat(listed.at("/items/0/revokedAt").isString()).isTrue();
        assertThat(PublishedEvents.first(EventType.ROLE_GRANTED, ada.userId())
                        .data()
                        .get("role")
                        .asString())
                .isEqualTo("support_admin");
        assertThat(PublishedEvents.until(EventType.ROLE_REVOKED, ada.userId())).isNotEmpty();
    }

    /** AC11.1: what the installation gave is on record, by nobody. */
    @Test
    void recordsTheFirstAdministrator() {
        JsonNode first = json(admin().get(GRANTS + "?role=super_admin&active=true"));

        assertThat(first.get("items").valueStream()).anySatisfy(grant -> {
            assertThat(grant.has("grantedBy")).isFalse();
            assertThat(grant.get("grantedAt").isString()).isTrue();
        });
    }

    @Test
    void keepsTheLastSuperAdmin() {
        Person second = client().registerVerified();
        JsonNode only = json(admin().get(GRANTS + "?role=super_admin&active=true"));
        assertThat(only.get("total").asInt()).isEqualTo(1);
        String path = GRANTS + "/" + only.at("/items/0/id").asString();

        ProblemAssert.assertThat(admin().delete(path))
                .isProblem(ProblemCode.CONFLICT_STATE)
                .hasAlias("LAST_SUPER_ADMIN");

        String another = json(grant(admin(), second, "super_admin")).get("id").asString();
        assertThat(signedIn(second).delete(GRANTS + "/" + another).statusCode()).isEqualTo(204);
        ProblemAssert.assertThat(admin().delete(path)).isProblem(ProblemCode.CONFLICT_STATE);
    }

    /** AC11.2: neither users nor other administrators manage administrators. */
    @Test
    void letsOnlySuperAdminsManageRoles() {
        Person ada = client().registerVerified();
        for (String role : new String[] {"support_admin", "finance_admin"}) {
            Person colleague = client().registerVerified();
            grant(admin(), colleague, role);

            ProblemAssert.assertThat(grant(signedIn(colleague), ada, role))
                    .isProblem(ProblemCode.FORBIDDEN)
                    .hasAlias("INSUFFICIENT_PERMISSIONS");
            ProblemAssert.assertThat(signedIn(colleague).get(GRANTS)).isProblem(ProblemCode.FORBIDDEN);
        }
        ProblemAssert.assertThat(grant(signedIn(ada), ada, "super_admin")).isProblem(ProblemCode.FORBIDDEN);
    }

    /** AC15.1. */
    @Test
    void asksForAFreshSignIn() {
        Person ada = client().registerVerified();
        JsonNode tokens = json(client().login("admin", ADMIN_PASSWORD));
        clock.skip(Duration.ofMinutes(16));
        AuthClient late = client().as(
                        json(client().refresh(tokens.get("refresh_token").asString()))
                                .get("access_token")
                                .asString());

        ProblemAssert.assertThat(grant(late, ada, "support_admin")).isProblem(ProblemCode.REAUTHENTICATION_REQUIRED);
        assertThat(late.get(GRANTS).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesRolesThatCannotBeGranted() {
        Person ada = client().registerVerified();

        ProblemAssert.assertThat(grant(admin(), ada, "premium_user"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("role");
        ProblemAssert.assertThat(grant(admin(), ada, "emperor"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("role");
        ProblemAssert.assertThat(admin().post(GRANTS, Map.of("userId", UUID.randomUUID(), "role", "support_admin")))
                .isProblem(ProblemCode.USER_001);
    }

    /** R2.3a: the list is returned by an endpoint. */
    @Test
    void listsRolesWithTheirPermissions() {
        JsonNode roles = json(client().signedIn().get("/api/v1/auth/roles"));

        assertThat(roles.valueStream().map(role -> role.get("name").asString()))
                .containsExactly(
                        "user", "premium_user", "enterprise_user", "support_admin", "finance_admin", "super_admin");
        assertThat(roles.valueStream()
                        .toList()
                        .getLast()
                        .get("permissions")
                        .valueStream()
                        .map(JsonNode::asString))
                .contains("process_refunds", "export_audit_logs", "manage_dns_config")
                .hasSize(31);
    }

    private AuthClient admin() {
        return client().as(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());
    }

    private AuthClient signedIn(Person person) {
        return client().as(client().signIn(person).get("access_token").asString());
    }

    private static HttpResponse<String> grant(AuthClient granter, Person person, String role) {
        return granter.post(GRANTS, Map.of("userId", person.userId(), "role", role));
    }
}
