package dev.culvert.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.AuthEvent.SignInFailed;
import dev.culvert.contracts.event.AuthEvent.SignedIn;
import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.SecurityEvent.RequestSuspected;
import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.contracts.event.TunnelEvent.TunnelDeleted;
import dev.culvert.contracts.event.UsageEvent.LimitViolated;
import dev.culvert.contracts.event.UsageEvent.TunnelTrafficMeasured;
import dev.culvert.contracts.identity.Role;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.secret.Hmac;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.testing.TestingStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** What administrators see, on real stores and with real servers in the place of the other services. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class AdminIT {
    private static final TestingOrigin USER_SERVICE = TestingOrigin.start();
    private static final TestingOrigin HEALTHY = health(200, """
            {"status": "UP", "components": {"db": {"status": "UP"}, "ping": {"status": "UP"}}}""");
    private static final TestingOrigin DEGRADED = health(503, """
            {"status": "DOWN", "components": {"db": {"status": "UP"}, "redis": {"status": "DOWN"}}}""");
    private static final TestingOrigin HANGING =
            TestingOrigin.start().on("/health", exchange -> exchange.awaitClientGone(Duration.ofMinutes(1)));

    private final TestCallers caller = TestCallers.user();
    private final TestCallers admin = TestCallers.superAdmin();

    @Autowired
    private Outbox outbox;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private Hmac hmac;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, "admin");
        registry.add("USER_SERVICE_URL", () -> USER_SERVICE.uri(""));
        registry.add("culvert.admin.system.timeout", () -> "500ms");
        registry.add("AUTH_SERVICE_URL", () -> HEALTHY.uri(""));
        registry.add("TUNNEL_SERVICE_URL", () -> DEGRADED.uri(""));
        registry.add("PROXY_SERVICE_URL", () -> HANGING.uri(""));
        registry.add("WEBHOOK_SERVICE_URL", () -> "http://127.0.0.1:9");
    }

    @AfterAll
    static void stopServices() {
        List.of(USER_SERVICE, HEALTHY, DEGRADED, HANGING).forEach(TestingOrigin::close);
    }

    /** R11.3 as far as events tell: who did what, to whom, when, by which request. */
    @Test
    void anEventBecomesAnAuditRow() {
        TunnelCreated event = new TunnelCreated(UUID.randomUUID(), caller.userId(), "ollama");

        happen(event);

        JsonNode row = awaitRows("?tenantId=" + caller.tenantId(), 1).path(0);
        assertThat(row.path("type").asString()).isEqualTo("tunnel.created");
        assertThat(row.path("subject").asString()).isEqualTo(event.tunnelId().toString());
        assertThat(row.path("source").asString()).isNotEmpty();
        assertThat(Instant.parse(row.path("time").asString()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(UUID.fromString(row.path("eventId").asString())).isNotNull();
        assertThat(row.path("data").path("name").asString()).isEqualTo("ollama");
        assertThat(row.path("data").path("userId").asString())
                .isEqualTo(caller.userId().toString());
    }

    @Test
    void rowsAreFoundByTypeFamilyUserAndTimeTheNewestFirst() {
        UUID tunnelId = UUID.randomUUID();
        happen(new SignedIn(caller.userId(), UUID.randomUUID(), null, null));
        happen(new TunnelCreated(tunnelId, caller.userId(), "one"));
        happen(new TunnelDeleted(tunnelId, caller.userId(), "one"));
        String mine = "?tenantId=" + caller.tenantId();
        awaitRows(mine, 3);

        assertThat(types(rows(mine + "&type=tunnel.*"))).containsExactly("tunnel.deleted", "tunnel.created");
        assertThat(types(rows(mine + "&type=tunnel.created"))).containsExactly("tunnel.created");
        assertThat(rows(mine + "&type=tunnel_*")).isEmpty();
        assertThat(types(rows("?userId=" + caller.userId()))).containsExactly("auth.signed_in");
        assertThat(rows(mine + "&from=" + Instant.now().plusSeconds(60))).isEmpty();
        assertThat(rows(mine + "&to=" + Instant.now().plusSeconds(60))).hasSize(3);
        assertThat(rows(mine + "&correlationId=unknown")).isEmpty();
        JsonNode page = get(admin, "/api/v1/admin/audit-logs" + mine + "&limit=1&offset=1")
                .body();
        assertThat(types(page.path("items"))).containsExactly("tunnel.created");
        assertThat(page.path("total").asInt()).isEqualTo(3);
        assertThat(page.path("hasMore").asBoolean()).isTrue();
    }

    @Test
    void measurementsAreNotAudited() {
        UUID tunnelId = UUID.randomUUID();
        happen(new TunnelTrafficMeasured(tunnelId, caller.userId(), Instant.EPOCH, Instant.EPOCH, 1, 0, 1, 1));
        happen(new TunnelCreated(tunnelId, caller.userId(), "later"));

        assertThat(types(awaitRows("?tenantId=" + caller.tenantId(), 1))).containsExactly("tunnel.created");
    }

    /** S4.52: failed sign-ins and suspicious requests are recorded and countable. */
    @Test
    void securityEventsAreFoundAndCountedByTypeAndTime() {
        String address = "2001:db8::" + Integer.toHexString(caller.hashCode() & 0xFFFF);
        happen(new SignInFailed(caller.userId(), "ada", "wrong_password", address, "curl"));
        happen(suspected("sql_injection", address, 3));
        happen(suspected("sql_injection", address, 4));
        happen(suspected("credential_expired", "198.51.100.1", 1));
        awaitRows("?tenantId=" + caller.tenantId(), 4);
        String events = "/api/v1/admin/security-events";

        JsonNode found = get(admin, events + "?address=" + address).body();
        JsonNode counts =
                get(admin, events + "/counts?by=day&address=" + address).body().path("items");

        assertThat(found.path("total").asInt()).isEqualTo(3);
        assertThat(types(found.path("items"))).containsExactly("sql_injection", "sql_injection", "auth.sign_in_failed");
        assertThat(found.at("/items/2/reason").asString()).isEqualTo("wrong_password");
        assertThat(found.at("/items/0/requests").asInt()).isEqualTo(4);
        assertThat(found.at("/items/0/endpoint").asString()).isEqualTo("/api/v1/tunnels/**");
        assertThat(types(counts)).containsExactlyInAnyOrder("auth.sign_in_failed", "sql_injection");
        assertThat(counts.values().stream()
                        .mapToInt(count -> count.path("requests").asInt()))
                .containsExactlyInAnyOrder(1, 7);
        assertThat(get(admin, events + "?userId=" + caller.userId())
                        .body()
                        .path("total")
                        .asInt())
                .isEqualTo(4);
        assertThat(get(admin, events + "/counts?by=week").status()).isEqualTo(400);
        assertThat(get(admin, events + "?from={time}", "+1000000000-12-31T23:59:59Z")
                        .status())
                .isEqualTo(400);
        assertThat(get(admin, events + "?address={text}", "\u0000").status()).isEqualTo(400);
        assertThat(get(caller, events).status()).isEqualTo(403);
    }

    private RequestSuspected suspected(String kind, String address, long requests) {
        return new RequestSuspected(
                kind,
                caller.userId(),
                address,
                "GET",
                "/api/v1/tunnels/**",
                "/api/v1/tunnels/x",
                "request-1",
                Instant.now(),
                requests);
    }

    /** NF4.5: the roles the service runs as cannot change or remove a row. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE admin.audit_log SET type = 'nothing.happened'",
                "DELETE FROM admin.audit_log",
                "TRUNCATE admin.audit_log",
                "DROP TABLE admin.audit_log",
                "ALTER TABLE admin.audit_log DISABLE ROW LEVEL SECURITY"
            })
    void anAuditRowCannotBeChanged(String sql) throws SQLException {
        for (String role : List.of("admin_app", "admin_system")) {
            try (Connection connection = TestingPostgres.shared().appConnection("admin");
                    Statement statement = connection.createStatement()) {
                statement.execute("SET ROLE " + role);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.execute(sql))
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("42501"));
            }
        }
    }

    /** R2.3b: support_admin and finance_admin read the audit log, ordinary users do not. */
    @Test
    void onlyRolesWithThePermissionReadTheAuditLog() {
        String path = "/api/v1/admin/audit-logs";

        assertThat(get(TestCallers.supportAdmin(), path).status()).isEqualTo(200);
        assertThat(get(caller.withRoles(Role.FINANCE_ADMIN), path).status()).isEqualTo(200);
        assertThat(get(caller, path).code()).isEqualTo("FORBIDDEN");
        assertThat(get(caller.withRoles(Role.ENTERPRISE_USER), path).code()).isEqualTo("FORBIDDEN");
    }

    @Test
    void aFilterThatCannotBeReadIsRefused() {
        Answer refused = get(admin, "/api/v1/admin/audit-logs?from=yesterday");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("VALIDATION_ERROR");
    }

    /** R11.1, the list: user-service is asked with the administrator's own token. */
    @Test
    void listsUsersAsUserServiceAnswers() {
        answerUsers(200, "application/json", "{\"items\": [{\"username\": \"ada\"}], \"total\": 1}");

        Answer answer = get(admin, "/api/v1/admin/users?search={search}&limit=7&offset=14", "a&d=a");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("items").path(0).path("username").asString())
                .isEqualTo("ada");
        TestingOrigin.Request asked = USER_SERVICE.requests().getLast();
        assertThat(asked.path()).isEqualTo("/api/v1/users");
        assertThat(asked.target()).contains("search=a%26d%3Da", "limit=7", "offset=14");
        assertThat(asked.header("authorization")).startsWith("Bearer ey");
        assertThat(asked.header("x-correlation-id")).isNotEmpty();
    }

    @Test
    void aRefusalOfUserServiceIsPassedOn() {
        answerUsers(403, "application/problem+json", "{\"code\": \"FORBIDDEN\", \"status\": 403}");

        Answer answer = get(admin, "/api/v1/admin/users");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("FORBIDDEN");
    }

    @Test
    void aUserServiceThatBreaksOffIsUnavailable() {
        USER_SERVICE.on("/api/v1/users", exchange -> exchange.abort());

        Answer answer = get(admin, "/api/v1/admin/users");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("SERVICE_UNAVAILABLE");
    }

    @Test
    void ordinaryUsersDoNotListUsers() {
        assertThat(get(caller, "/api/v1/admin/users").code()).isEqualTo("FORBIDDEN");
    }

    /** R8.8, R11.8 without lags: each service with its dependencies, gathered at once. */
    @Test
    void showsHowEveryServiceFares() {
        Instant before = Instant.now();

        Answer answer = get(TestCallers.supportAdmin(), "/api/v1/admin/system/status");

        assertThat(Duration.between(before, Instant.now()))
                .as("one timeout of 500 ms, not one per service that is down")
                .isLessThan(Duration.ofSeconds(5));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("status").asString()).isEqualTo("degraded");
        assertThat(service(answer, "auth").path("status").asString()).isEqualTo("healthy");
        assertThat(service(answer, "auth").path("dependencies").propertyNames()).containsExactly("db");
        assertThat(service(answer, "auth").path("dependencies").path("db").asString())
                .isEqualTo("healthy");
        assertThat(service(answer, "tunnel").path("status").asString()).isEqualTo("degraded");
        assertThat(service(answer, "tunnel").path("dependencies").path("redis").asString())
                .isEqualTo("down");
        assertThat(service(answer, "proxy").path("status").asString()).isEqualTo("down");
        assertThat(service(answer, "proxy").path("error").asString()).isEqualTo("No answer within 500 ms");
        assertThat(service(answer, "webhook").path("status").asString()).isEqualTo("down");
        assertThat(service(answer, "webhook").path("error").asString()).isEqualTo("Cannot be reached");
    }

    @Test
    void ordinaryUsersDoNotSeeTheSystem() {
        assertThat(get(caller, "/api/v1/admin/system/status").code()).isEqualTo("FORBIDDEN");
    }

    /** R6.8: three violations are listed with their context, counted, and lead to the caller. */
    @Test
    void refusedCallsAreListedAndCounted() {
        String address = "2001:db8::" + Integer.toHexString(caller.userId().hashCode() & 0xFFFF);
        Instant before = Instant.now().minusSeconds(60);
        for (int i = 1; i <= 3; i++) {
            happen(new LimitViolated(
                    i == 3 ? "tenant-hour" : "user-minute",
                    caller.userId(),
                    address,
                    "/api/v1/tunnels/**",
                    "/api/v1/tunnels",
                    "GET",
                    "curl/8.5.0",
                    "correlation-" + i,
                    100,
                    false,
                    before.plusSeconds(i),
                    i * 1_000_000L));
        }

        JsonNode listed = await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> get(admin, "/api/v1/violations/user/" + caller.userId())
                                .body()
                                .path("items"),
                        items -> items.size() == 3);
        assertThat(listed.path(0).path("type").asString()).isEqualTo("tenant-hour");
        assertThat(listed.path(0).path("endpoint").asString()).isEqualTo("/api/v1/tunnels/**");
        assertThat(listed.path(0).path("method").asString()).isEqualTo("GET");
        assertThat(listed.path(0).path("agent").asString()).isEqualTo("curl/8.5.0");
        assertThat(listed.path(0).path("calls").asLong()).isEqualTo(3_000_000);
        assertThat(listed.path(0).path("context").path("correlationId").asString())
                .isEqualTo("correlation-3");
        assertThat(get(admin, "/api/v1/violations/ip/{address}?limit=2", address)
                        .body()
                        .path("items"))
                .hasSize(2);
        assertThat(get(admin, "/api/v1/violations/endpoint/api/v1/tunnels/**?limit=1000")
                        .body()
                        .path("items"))
                .hasSizeGreaterThanOrEqualTo(3);
        JsonNode statistics =
                get(admin, "/api/v1/violations/stats/user/" + caller.userId()).body();
        assertThat(statistics.path("calls").asLong()).isEqualTo(6_000_000);
        assertThat(statistics.path("violations").asInt()).isEqualTo(3);
        assertThat(statistics.path("byType")).hasSize(2);
        assertThat(get(admin, "/api/v1/violations/stats/ip/{address}", address)
                        .body()
                        .path("calls")
                        .asLong())
                .isEqualTo(6_000_000);
        assertThat(get(admin, "/api/v1/violations/top-violators")
                        .body()
                        .path("items")
                        .path(0)
                        .path("id")
                        .asString())
                .isEqualTo(caller.userId().toString());
        assertThat(get(admin, "/api/v1/violations/top-ips?limit=1")
                        .body()
                        .path("items")
                        .path(0)
                        .path("id")
                        .asString())
                .isEqualTo(address);
    }

    /** R6.8: 1,000 at most, tops 100 at most; for administrators. */
    @Test
    void listsOfRefusedCallsHaveAnEnd() {
        assertThat(get(admin, "/api/v1/violations/user/" + caller.userId() + "?limit=1001")
                        .code())
                .isEqualTo("VALIDATION_ERROR");
        assertThat(get(admin, "/api/v1/violations/top-ips?limit=101").code()).isEqualTo("VALIDATION_ERROR");
        assertThat(get(caller, "/api/v1/violations/top-ips").code()).isEqualTo("FORBIDDEN");
    }

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

        JsonNode rows = get(admin, "/api/v1/admin/audit-logs?type=rate_limit_rule.*&userId=" + admin.userId())
                .body()
                .path("items");
        assertThat(rows.valueStream().map(row -> row.path("type").asString()))
                .containsExactly("rate_limit_rule.deleted", "rate_limit_rule.updated", "rate_limit_rule.created");
        assertThat(rows.path(1).path("subject").asString()).isEqualTo(id);
        assertThat(rows.path(1).path("data").path("calls").asInt()).isEqualTo(20);
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
        assertThat(get(admin, "/api/v1/admin/audit-logs?type=tenant_limit.*&userId=" + admin.userId())
                        .body()
                        .path("items"))
                .hasSize(3);
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

    /** Reaching the port is not enough: neither callers nor administrators are gateways. */
    @Test
    void nobodyButGatewaysReadsTheRules() {
        assertThat(get(caller, "/internal/limit-rules").status()).isEqualTo(401);
        assertThat(get(admin, "/internal/limit-rules").status()).isEqualTo(401);
        assertThat(rules("00").status()).isEqualTo(401);
    }

    private JsonNode operationForGateways(String name) {
        return rulesForGateways()
                .path("operations")
                .valueStream()
                .filter(rule -> rule.path("name").asString().equals(name))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    private JsonNode rulesForGateways() {
        return rules(HexFormat.of().formatHex(hmac.forPurpose("gateway").of("limit-rules")))
                .body();
    }

    private Answer rules(String credential) {
        var response = RestClient.create("http://127.0.0.1:" + port)
                .get()
                .uri("/internal/limit-rules")
                .header("Culvert-Gateway-Key", credential)
                .retrieve()
                .onStatus(HttpStatusCode::isError, (_, _) -> {})
                .toEntity(JsonNode.class);
        return new Answer(response.getStatusCode().value(), response.getBody());
    }

    private JsonNode ruleForGateways(String id) {
        return rulesForGateways()
                .path("exemptions")
                .valueStream()
                .filter(rule -> rule.path("id").asString().equals(id))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    private Answer send(TestCallers as, HttpMethod method, String path, String body) {
        var request = RestClient.create("http://127.0.0.1:" + port)
                .method(method)
                .uri(path)
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(as));
        if (!body.isEmpty()) {
            request.contentType(MediaType.APPLICATION_JSON).body(body);
        }
        var response = request.retrieve()
                .onStatus(HttpStatusCode::isError, (_, _) -> {})
                .toEntity(JsonNode.class);
        return new Answer(
                response.getStatusCode().value(),
                Objects.requireNonNullElse(response.getBody(), MissingNode.getInstance()));
    }

    private void happen(DomainEvent event) {
        TenantScope.run(caller.tenantId(), () -> transaction.executeWithoutResult(_ -> outbox.append(event)));
    }

    private JsonNode awaitRows(String query, int count) {
        return await().atMost(Duration.ofSeconds(30)).until(() -> rows(query), rows -> rows.size() == count);
    }

    private JsonNode rows(String query) {
        return get(admin, "/api/v1/admin/audit-logs" + query).body().path("items");
    }

    private static List<String> types(JsonNode rows) {
        return rows.valueStream().map(row -> row.path("type").asString()).toList();
    }

    private static JsonNode service(Answer answer, String name) {
        return answer.body()
                .path("services")
                .valueStream()
                .filter(service -> service.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Answer get(TestCallers as, String path, Object... values) {
        var response = RestClient.create("http://127.0.0.1:" + port)
                .get()
                .uri(path, values)
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(as))
                .retrieve()
                .onStatus(HttpStatusCode::isError, (_, _) -> {})
                .toEntity(JsonNode.class);
        return new Answer(response.getStatusCode().value(), response.getBody());
    }

    private static TestingOrigin health(int status, String body) {
        return TestingOrigin.start().on("/health", exchange -> exchange.respond(status, "application/json", body));
    }

    private static void answerUsers(int status, String contentType, String body) {
        USER_SERVICE.on("/api/v1/users", exchange -> exchange.respond(status, contentType, body));
    }

    private record Answer(int status, JsonNode body) {
        String code() {
            return body.path("code").asString("");
        }
    }
}
