package dev.culvert.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingPostgres;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Calls that no budget binds. */
class ExemptionsIT extends AdminStory {
    /** R6.7a: what gateways read follows each change at once. */
    @Test
    void exemptionsReachTheGateways() {
        Answer created =
                send(admin, HttpMethod.POST, "/api/v1/admin/rate-limit-exemptions", """
                {"name": "incident", "type": "emergency", "methods": ["GET"], "paths": ["/api/v1/tunnels/**"],
                 "userId": "%s", "perUserAndHour": 5}""".formatted(caller.userId()));
        assertThat(created.status()).isEqualTo(201);
        String id = created.body().path("id").asString();
        String one = "/api/v1/admin/rate-limit-exemptions/" + id;

        JsonNode rule = ruleForGateways(id);
        assertThat(rule.path("type").asString()).isEqualTo("emergency");
        assertThat(rule.path("paths").path(0).asString()).isEqualTo("/api/v1/tunnels/**");
        assertThat(rule.path("userId").asString()).isEqualTo(caller.userId().toString());
        assertThat(rule.path("perUserAndHour").asInt()).isEqualTo(5);
        assertThat(get(admin, "/api/v1/admin/rate-limit-exemptions").body().path("items"))
                .isNotEmpty();

        assertThat(send(admin, HttpMethod.PATCH, one + "/disable", "").status()).isEqualTo(200);
        assertThat(ruleForGateways(id).isMissingNode()).isTrue();
        assertThat(send(admin, HttpMethod.PATCH, one + "/enable", "")
                        .body()
                        .path("enabled")
                        .asBoolean())
                .isTrue();
        assertThat(ruleForGateways(id).isMissingNode()).isFalse();

        assertThat(send(admin, HttpMethod.POST, "/api/v1/admin/rate-limit-exemptions/reset/user/" + caller.userId(), "")
                        .status())
                .isEqualTo(204);
        JsonNode rules = rulesForGateways();
        assertThat(rules.path("resets").path(caller.userId().toString()).asLong())
                .isPositive();
        assertThat(send(admin, HttpMethod.POST, "/api/v1/admin/rate-limit-exemptions/reset/all", "")
                        .status())
                .isEqualTo(204);
        JsonNode reset = rulesForGateways();
        assertThat(reset.path("resetAll").asLong()).isPositive();
        assertThat(reset.path("resets")).isEmpty();

        assertThat(send(admin, HttpMethod.DELETE, one, "").status()).isEqualTo(204);
        assertThat(ruleForGateways(id).isMissingNode()).isTrue();
        assertThat(send(admin, HttpMethod.DELETE, one, "").code()).isEqualTo("NOT_FOUND");
    }

    /** Who changed what, and what it was before. */
    @Test
    void eachChangeOfAnExemptionIsARowOfTheAuditLog() {
        Answer created = send(admin, HttpMethod.POST, "/api/v1/admin/rate-limit-exemptions", """
                {"name": "incident", "type": "emergency", "paths": ["/api/v1/tunnels/**"]}""");
        String id = created.body().path("id").asString();
        String one = "/api/v1/admin/rate-limit-exemptions/" + id;
        send(admin, HttpMethod.PATCH, one + "/disable", "");
        send(admin, HttpMethod.POST, "/api/v1/admin/rate-limit-exemptions/reset/user/" + caller.userId(), "");
        send(admin, HttpMethod.DELETE, one, "");

        JsonNode rows = rows("?type=rate_limit_exemption.*&userId=" + admin.userId());

        assertThat(types(rows))
                .containsExactly(
                        "rate_limit_exemption.deleted",
                        "rate_limit_exemption.uses_reset",
                        "rate_limit_exemption.disabled",
                        "rate_limit_exemption.created");
        assertThat(rows)
                .allMatch(row ->
                        row.path("actorId").asString().equals(admin.userId().toString()));
        assertThat(rows.path(0).path("subject").asString()).isEqualTo(id);
        assertThat(rows.path(0).at("/data/before/name").asString()).isEqualTo("incident");
        assertThat(rows.path(0).at("/data/after").isMissingNode()).isTrue();
        assertThat(rows.path(1).path("subject").asString())
                .isEqualTo(caller.userId().toString());
        assertThat(rows.path(2).at("/data/before/enabled").asBoolean()).isTrue();
        assertThat(rows.path(2).at("/data/after/enabled").asBoolean()).isFalse();
    }

    @Test
    void ofTwoWhoDeleteAnExemptionAtOnceOneDoes() throws Exception {
        String id = send(admin, HttpMethod.POST, "/api/v1/admin/rate-limit-exemptions", """
                        {"name": "incident", "type": "emergency", "paths": ["/api/v1/tunnels/**"]}""")
                .body()
                .path("id")
                .asString();
        String one = "/api/v1/admin/rate-limit-exemptions/" + id;
        List<Integer> statuses;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var connection = TestingPostgres.shared().adminConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT FROM admin.rate_limit_exemption WHERE id = '" + id + "' FOR UPDATE");
            Callable<Integer> deletion =
                    () -> send(admin, HttpMethod.DELETE, one, "").status();
            List<Future<Integer>> deletions = List.of(threads.submit(deletion), threads.submit(deletion));
            await().until(() -> waiting() == 2);
            connection.commit();
            statuses = List.of(
                    deletions.getFirst().get(30, TimeUnit.SECONDS),
                    deletions.getLast().get(30, TimeUnit.SECONDS));
        }

        assertThat(statuses).containsExactlyInAnyOrder(204, 404);
        assertThat(rows("?type=rate_limit_exemption.deleted&userId=" + admin.userId()))
                .hasSize(1);
    }

    private static int waiting() throws SQLException {
        try (var connection = TestingPostgres.shared().adminConnection();
                var statement = connection.createStatement();
                var count = statement.executeQuery("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE wait_event_type = 'Lock' AND query LIKE '%rate_limit_exemption%FOR UPDATE'""")) {
            count.next();
            return count.getInt(1);
        }
    }

    @Test
    void anExemptionThatMeansNothingIsRefused() {
        Answer refused = send(admin, HttpMethod.POST, "/api/v1/admin/rate-limit-exemptions", """
                {"name": "", "type": "emergency", "methods": ["FETCH"], "paths": ["tunnels"], "perUserAndHour": 0}""");

        assertThat(refused.code()).isEqualTo("VALIDATION_ERROR");
        assertThat(refused.body().path("error").path("details").path("violations"))
                .hasSize(4);
        assertThat(send(TestCallers.supportAdmin(), HttpMethod.POST, "/api/v1/admin/rate-limit-exemptions", "{}")
                        .code())
                .isEqualTo("FORBIDDEN");
    }

    /** Reaching the port is not enough: neither callers nor administrators are gateways. */
    @Test
    void nobodyButGatewaysReadsTheRules() {
        assertThat(get(caller, "/internal/limit-rules").status()).isEqualTo(401);
        assertThat(get(admin, "/internal/limit-rules").status()).isEqualTo(401);
        assertThat(rules("00").status()).isEqualTo(401);
    }

    private JsonNode ruleForGateways(String id) {
        return rulesForGateways()
                .path("exemptions")
                .valueStream()
                .filter(rule -> rule.path("id").asString().equals(id))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }
}
