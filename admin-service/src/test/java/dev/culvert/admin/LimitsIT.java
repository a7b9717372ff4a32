package dev.culvert.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.TestCallers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Limits that administrators lay down while gateways run. */
class LimitsIT extends AdminStory {
    /** R6.7a, P2.6.3: laid down, changed and deleted while gateways run, each with its audit row. */
    @Test
    void limitsOfOperationsReachTheGateways() {
        String all = "/api/v1/admin/rate-limit-rules";
        String name = "reports-" + caller.userId().toString().substring(0, 8);
        String rule = """
                {"name": "%s", "methods": ["POST"], "paths": ["/api/v1/proxies/*/calls"], "by": "tenant", "calls": %d,
                 "withinSeconds": 60}""";

        Answer created = send(admin, HttpMethod.POST, all, rule.formatted(name, 10));
        assertThat(created.status()).isEqualTo(201);
        String id = created.body().path("id").asString();
        assertThat(operationForGateways(name).path("calls").asInt()).isEqualTo(10);
        assertThat(operationForGateways(name).path("by").asString()).isEqualTo("tenant");
        assertThat(send(admin, HttpMethod.POST, all, rule.formatted(name, 3)).code())
                .isEqualTo("ALREADY_EXISTS");
        assertThat(send(admin, HttpMethod.PUT, all + "/" + id, rule.formatted(name, 20))
                        .status())
                .isEqualTo(200);
        assertThat(operationForGateways(name).path("calls").asInt()).isEqualTo(20);
        assertThat(get(admin, all).body().path("items")).isNotEmpty();
        assertThat(send(admin, HttpMethod.DELETE, all + "/" + id, "").status()).isEqualTo(204);
        assertThat(operationForGateways(name).isMissingNode()).isTrue();
        assertThat(send(admin, HttpMethod.DELETE, all + "/" + id, "").code()).isEqualTo("NOT_FOUND");

        JsonNode rows = rows("?type=rate_limit_rule.*&userId=" + admin.userId());
        assertThat(rows.valueStream().map(row -> row.path("type").asString()))
                .containsExactly("rate_limit_rule.deleted", "rate_limit_rule.updated", "rate_limit_rule.created");
        assertThat(rows.path(1).path("subject").asString()).isEqualTo(id);
        assertThat(rows.path(1).at("/data/before/calls").asInt()).isEqualTo(10);
        assertThat(rows.path(1).at("/data/after/calls").asInt()).isEqualTo(20);
    }

    /** S3.2: the multiplier of a tenant, set by hand. */
    @Test
    void multipliersOfTenantsReachTheGateways() {
        String one = "/api/v1/admin/tenant-limits/" + caller.tenantId();
        String key = caller.tenantId().toString();

        assertThat(send(admin, HttpMethod.PUT, one, "{\"multiplier\": 2.5}").status())
                .isEqualTo(200);
        assertThat(rulesForGateways().path("tenantFactors").path(key).asDouble())
                .isEqualTo(2.5);
        assertThat(send(admin, HttpMethod.PUT, one, "{\"multiplier\": 3}").status())
                .isEqualTo(200);
        assertThat(rulesForGateways().path("tenantFactors").path(key).asDouble())
                .isEqualTo(3);
        assertThat(get(admin, "/api/v1/admin/tenant-limits").body().path("items"))
                .isNotEmpty();
        assertThat(send(admin, HttpMethod.DELETE, one, "").status()).isEqualTo(204);
        assertThat(rulesForGateways().path("tenantFactors").path(key).isMissingNode())
                .isTrue();
        assertThat(send(admin, HttpMethod.DELETE, one, "").code()).isEqualTo("NOT_FOUND");
        JsonNode rows = rows("?type=tenant_limit.*&userId=" + admin.userId());
        assertThat(rows).hasSize(3);
        assertThat(rows.path(1).at("/data/before/multiplier").asDouble()).isEqualTo(2.5);
        assertThat(rows.path(1).at("/data/after/multiplier").asDouble()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10001", "1.234", "null"})
    void aMultiplierThatMeansNothingIsRefused(String multiplier) {
        assertThat(send(
                                admin,
                                HttpMethod.PUT,
                                "/api/v1/admin/tenant-limits/" + caller.tenantId(),
                                "{\"multiplier\": " + multiplier + "}")
                        .code())
                .isEqualTo("VALIDATION_ERROR");
    }

    @Test
    void limitsAreForAdministratorsAndWithoutMeaningRefused() {
        String all = "/api/v1/admin/rate-limit-rules";
        Answer refused = send(admin, HttpMethod.POST, all, """
                {"name": "No Name", "methods": ["FETCH"], "paths": ["x"], "calls": 0, "withinSeconds": 0}""");
        assertThat(refused.body().path("error").path("details").path("violations"))
                .hasSize(5);
        assertThat(send(caller, HttpMethod.POST, all, "{}").code()).isEqualTo("FORBIDDEN");
        assertThat(send(TestCallers.supportAdmin(), HttpMethod.POST, all, "{}").code())
                .isEqualTo("FORBIDDEN");
        assertThat(send(
                                caller,
                                HttpMethod.PUT,
                                "/api/v1/admin/tenant-limits/" + caller.tenantId(),
                                "{\"multiplier\": 9}")
                        .code())
                .isEqualTo("FORBIDDEN");
    }

    private JsonNode operationForGateways(String name) {
        return rulesForGateways()
                .path("operations")
                .valueStream()
                .filter(rule -> rule.path("name").asString().equals(name))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }
}
