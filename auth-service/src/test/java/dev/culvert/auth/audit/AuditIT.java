package dev.culvert.auth.audit;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestingPostgres;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** R2.6a: types, severities, the queries of users and of administrators. */
class AuditIT extends RunningAuthService {
    private static final String OWN = "/api/v1/auth/audit-logs/me";
    private static final String OWN_FAILURES = "/api/v1/auth/audit-logs/failed-attempts";
    private static final String ALL = "/api/v1/admin/auth/audit-logs";
    private static final String ALL_FAILURES = "/api/v1/admin/auth/failed-attempts";
    private static final String SUMMARY = "/api/v1/admin/auth/summary";

    @Test
    void recordsEveryTypeWithItsSeverity() {
        Person ada = client().registerVerified();
        client().login(ada.username(), "Wrong-Horse-7");
        JsonNode first = client().signIn(ada);
        client().refresh(first.get("refresh_token").asString());
        clock.skip(Duration.ofSeconds(11));
        client().refresh(first.get("refresh_token").asString());
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());
        signedIn.post("/api/v1/auth/password", Map.of("currentPassword", PASSWORD, "newPassword", "Quiet-Lantern-4"));
        signedIn.post("/api/v1/auth/logout");

        String token = json(client().login(ada.username(), "Quiet-Lantern-4"))
                .get("access_token")
                .asString();
        JsonNode page = json(client().as(token).get(OWN));

        assertThat(page.get("items")
                        .valueStream()
                        .map(item -> item.get("eventType").asString() + " "
                                + item.get("severity").asString() + " "
                                + item.get("result").asString()))
                .containsExactly(
                        "login info signed_in",
                        "logout info signed_out",
                        "password_change warn changed",
                        "login info signed_in",
                        "token_revoke critical refresh_token_reused",
                        "token_refresh debug renewed",
                        "login info signed_in",
                        "failed_login warn wrong_credentials");
        assertThat(page.get("limit").asInt()).isEqualTo(50);
        assertThat(page.at("/items/1").propertyNames())
                .contains("timestamp", "userId", "sessionId", "ipAddress", "userAgent", "correlationId");
    }

    @Test
    void filtersByTypeSeverityAndTime() {
        Person ada = client().registerVerified();
        client().login(ada.username(), "Wrong-Horse-7");
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());
        String future = clock.instant().plusSeconds(60).toString();

        assertThat(total(signedIn.get(OWN))).isEqualTo(2);
        assertThat(total(signedIn.get(OWN + "?eventType=LOGIN"))).isEqualTo(1);
        assertThat(total(signedIn.get(OWN + "?severity=warn"))).isEqualTo(1);
        assertThat(total(signedIn.get(OWN + "?startDate=" + future))).isZero();
        assertThat(total(signedIn.get(OWN + "?endDate=" + future))).isEqualTo(2);
        assertThat(total(signedIn.get(OWN + "?startDate=2026-01-01&eventType=failed_login&severity=warn")))
                .isEqualTo(1);
        assertThat(total(signedIn.get(OWN_FAILURES))).isEqualTo(1);
        ProblemAssert.assertThat(signedIn.get(OWN + "?eventType=party&severity=huge&startDate=now"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("eventType", "severity", "startDate");
        ProblemAssert.assertThat(signedIn.get(OWN + "?limit=101"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("limit");
    }

    @Test
    void showsAdministratorsEverybodysRecordsAndNobodyElse() {
        Person ada = client().registerVerified();
        String nobody = "nobody-" + System.nanoTime();
        client().login(ada.username(), "Wrong-Horse-7");
        client().login(nobody, "Wrong-Horse-7");
        AuthClient admin = client().as(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());

        assertThat(total(admin.get(ALL + "?userId=" + ada.userId()))).isEqualTo(1);
        assertThat(json(admin.get(ALL)).get("limit").asInt()).isEqualTo(100);
        assertThat(json(admin.get(ALL_FAILURES + "?limit=5"))
                        .get("items")
                        .valueStream()
                        .map(item -> item.path("attemptedName").asString("")))
                .contains(ada.username(), nobody);
        JsonNode summary = json(admin.get(SUMMARY));
        assertThat(summary.at("/byEventType/failed_login").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(summary.at("/bySeverity/warn").asInt()).isGreaterThanOrEqualTo(2);
        ProblemAssert.assertThat(admin.get(ALL + "?limit=501")).isProblem(ProblemCode.VALIDATION_ERROR);

        AuthClient eve = client().signedIn();
        for (String path : List.of(ALL, ALL_FAILURES, SUMMARY)) {
            ProblemAssert.assertThat(eve.get(path)).isProblem(ProblemCode.FORBIDDEN);
            ProblemAssert.assertThat(client().get(path)).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
        }
        assertThat(json(eve.get(OWN)).get("items").valueStream())
                .noneMatch(item ->
                        item.path("userId").asString("").equals(ada.userId().toString()));
    }

    /** The service itself cannot rewrite what happened. */
    @Test
    void keepsRecordsFromBeingChanged() throws SQLException {
        try (Connection app = TestingPostgres.shared().appConnection("auth");
                Statement statement = app.createStatement()) {
            assertThatThrownBy(() -> statement.execute("UPDATE auth.audit_record SET result = 'nothing'"))
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> statement.execute("DELETE FROM auth.audit_record"))
                    .hasMessageContaining("permission denied");
        }
    }

    private static int total(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).get("total").asInt();
    }
}
