package dev.culvert.auth.account;

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
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Plans that administrators change. */
class TierIT extends RunningAuthService {
    /** R6.3: told to the gateways, and in the next token. */
    @Test
    void changesAPlan() throws Exception {
        Person ada = client().registerVerified();

        HttpResponse<String> answer = admin().put(path(ada.userId()), Map.of("tier", "premium"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).get("tier").asString()).isEqualTo("premium");
        String token = client().signIn(ada).get("access_token").asString();
        assertThat(claims(token).getStringClaim(CallerClaims.TIER)).isEqualTo("premium");
        assertThat(PublishedEvents.first(EventType.TIER_CHANGED, ada.userId())
                        .data()
                        .get("tier")
                        .asString())
                .isEqualTo("premium");
    }

    @Test
    void refusesUnknownPlansAndPeopleAndCallersWithoutThePermission() throws Exception {
        Person ada = client().registerVerified();
        String token = client().signIn(ada).get("access_token").asString();

        ProblemAssert.assertThat(admin().put(path(ada.userId()), Map.of("tier", "gold")))
                .isProblem(ProblemCode.VALIDATION_ERROR);
        ProblemAssert.assertThat(admin().put(path(UUID.randomUUID()), Map.of("tier", "free")))
                .isProblem(ProblemCode.USER_001);
        ProblemAssert.assertThat(client().as(token).put(path(ada.userId()), Map.of("tier", "enterprise")))
                .isProblem(ProblemCode.FORBIDDEN);
    }

    private AuthClient admin() {
        return client().as(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());
    }

    private static String path(UUID userId) {
        return "/api/v1/admin/auth/users/" + userId + "/tier";
    }
}
