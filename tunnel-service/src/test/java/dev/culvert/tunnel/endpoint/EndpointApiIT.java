package dev.culvert.tunnel.endpoint;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.ingress.DataPort;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

class EndpointApiIT extends RunningTunnelService {
    @Autowired
    private DataPort dataPort;

    @Autowired
    private JdbcClient jdbc;

    private EndpointsUnderTest under;

    @BeforeEach
    void create() {
        under = new EndpointsUnderTest(as(TestCallers.user()), dataPort.port());
    }

    @AfterEach
    void close() {
        under.close();
    }

    private static String about(UUID endpoint) {
        return "{\"endpointId\": \"" + endpoint + "\"}";
    }

    @Test
    void keepsWhatAnEndpointIs() {
        JsonNode made = under.post("/endpoints", """
                {"name": "workshop", "url": "http://10.0.0.2:11434", "priority": 200, "weight": 3,
                 "healthCheckPath": "/health", "maxRetries": 2}""");

        assertThat(made.path("healthStatus").asString()).isEqualTo("unknown");
        String id = made.path("id").asString();
        assertThat(under.get("/endpoints/" + id)).isEqualTo(made);
        JsonNode changed = under.put("/endpoints/" + id, "{\"priority\": 5}");
        assertThat(changed.path("priority").asInt()).isEqualTo(5);
        assertThat(changed.path("weight").asInt()).isEqualTo(1);
        assertThat(changed.has("healthCheckPath")).isFalse();
        assertThat(changed.path("url").asString()).isEqualTo("http://10.0.0.2:11434");
        assertThat(under.get("/endpoints").path("total").asInt()).isEqualTo(1);
        ProblemAssert.assertThat(under.tunnel.api.post(under.tunnel.path + "/endpoints", "{\"name\": \"workshop\"}"))
                .isProblem(ProblemCode.ALREADY_EXISTS);
        assertThat(under.tunnel
                        .api
                        .send("DELETE", under.tunnel.path + "/endpoints/" + id, "")
                        .statusCode())
                .isEqualTo(204);
        ProblemAssert.assertThat(under.tunnel.api.get(under.tunnel.path + "/endpoints/" + id))
                .isProblem(ProblemCode.NOT_FOUND);
    }

    @Test
    void refusesWhatNoEndpointCanBe() {
        for (String body : List.of(
                "{}",
                "{\"name\": \"a b\"}",
                "{\"name\": \"a\", \"weight\": 0}",
                "{\"name\": \"a\", \"priority\": 1001}",
                "{\"name\": \"a\", \"healthCheckPath\": \"health\"}")) {
            ProblemAssert.assertThat(under.tunnel.api.post(under.tunnel.path + "/endpoints", body))
                    .isProblem(ProblemCode.VALIDATION_ERROR);
        }
    }

    /** P2.3.1: the settings are kept; what is left out takes its default. */
    @Test
    void keepsHowTheTunnelFailsOver() {
        assertThat(under.get("/failover/config").path("healthCheckInterval").asInt())
                .isEqualTo(10_000);

        JsonNode set = under.put("/failover/config", """
                {"healthCheckInterval": 2000, "failoverTimeout": 3000, "enableAutoFailback": false,
                 "failbackDelay": 4000}""");

        assertThat(set).isEqualTo(under.get("/failover/config"));
        assertThat(set.path("healthCheckInterval").asInt()).isEqualTo(2_000);
        assertThat(set.path("failoverTimeout").asInt()).isEqualTo(3_000);
        assertThat(set.path("enableAutoFailback").asBoolean()).isFalse();
        assertThat(set.path("failbackDelay").asInt()).isEqualTo(4_000);
        assertThat(under.put("/failover/config", "{}")
                        .path("enableAutoFailback")
                        .asBoolean())
                .isTrue();
        // A failure is noticed within 30 s, so checks cannot be further apart.
        ProblemAssert.assertThat(under.tunnel.api.send(
                        "PUT", under.tunnel.path + "/failover/config", "{\"healthCheckInterval\": 15001}"))
                .isProblem(ProblemCode.VALIDATION_ERROR);
    }

    /** D5: the table of endpoints. */
    @Test
    void storesEndpointsInColumnsOfTheirOwn() {
        List<String> columns = jdbc.sql("""
                        SELECT column_name FROM information_schema.columns
                        WHERE table_schema = 'tunnel' AND table_name = 'tunnel_endpoints'""").query(String.class).list();

        assertThat(columns)
                .contains("id", "tunnel_id", "url", "priority", "weight", "health_status", "last_health_check");
    }

    /** R4.4a: three recorded failures flip the state; a success lowers the count. */
    @Test
    void countsReportedFailures() {
        UUID id = under.create("workshop", 100, 1);

        under.post("/failover/record-failure", about(id));
        under.post("/failover/record-failure", about(id));
        JsonNode two = under.post("/failover/record-success", about(id));
        assertThat(two.path("consecutiveFailures").asInt()).isEqualTo(1);
        under.post("/failover/record-failure", about(id));
        assertThat(under.endpoint(id).path("healthStatus").asString()).isNotEqualTo("unhealthy");
        JsonNode three = under.post("/failover/record-failure", about(id));

        assertThat(three.path("healthStatus").asString()).isEqualTo("unhealthy");
        assertThat(three.path("consecutiveFailures").asInt()).isEqualTo(3);
        JsonNode reset = under.post("/failover/reset-failures", about(id));
        assertThat(reset.path("consecutiveFailures").asInt()).isZero();
        ProblemAssert.assertThat(
                        under.tunnel.api.post(under.tunnel.path + "/failover/record-failure", about(UUID.randomUUID())))
                .isProblem(ProblemCode.NOT_FOUND);
    }

    /** R4.4a: a manual pick holds, until it is released. */
    @Test
    void letsAPickedEndpointCarryTheTunnel() throws Exception {
        under.create("primary", 200, 1);
        UUID backup = under.create("backup", 100, 1);
        under.agent("primary");
        under.agent("backup");
        under.awaitActive("primary");

        JsonNode picked = under.post("/failover/manual", about(backup));

        assertThat(picked.at("/state/active").asString()).isEqualTo("backup");
        assertThat(picked.at("/state/reason").asString()).isEqualTo("picked");
        for (int i = 0; i < 3; i++) {
            under.post("/failover/record-failure", about(backup));
        }
        assertThat(under.send("GET", "/", "")).isEqualTo("200 backup");
        assertThat(under.get("/failover/endpoint").path("name").asString()).isEqualTo("backup");
        JsonNode released = json(under.tunnel.api.send("DELETE", under.tunnel.path + "/failover/manual", ""));
        assertThat(released.at("/state/active").asString()).isEqualTo("primary");
        assertThat(under.send("GET", "/", "")).isEqualTo("200 primary");
        ProblemAssert.assertThat(under.tunnel.api.send("DELETE", under.tunnel.path + "/endpoints/" + backup, ""))
                .isProblem(ProblemCode.CONFLICT_STATE);
    }

    /** R4.2: an endpoint that breaks is unhealthy after the threshold, and healthy again later. */
    @Test
    void checksAnEndpointAtItsPath() throws Exception {
        under.configure(0, true, 0);
        UUID id = under.create("default", 100, 1);
        under.put("/endpoints/" + id, "{\"healthCheckPath\": \"/health\"}");
        AtomicInteger status = new AtomicInteger(302);
        under.origin("default").on("/health", exchange -> exchange.respond(status.get(), "text/plain", ""));
        under.agent("default");

        awaitHealth("healthy");
        assertThat(under.origin("default").requests().getLast().method()).isEqualTo("HEAD");
        status.set(404);
        int before = checks();
        awaitHealth("unhealthy");
        assertThat(checks() - before).isGreaterThanOrEqualTo(Health.THRESHOLD);
        JsonNode broken = under.endpoint(id);
        assertThat(broken.path("healthReason").asString()).isEqualTo("status_404");
        assertThat(broken.has("lastHealthCheck")).isTrue();
        status.set(200);
        awaitHealth("healthy");
    }

    /** P2.3.6: every endpoint is asked, the backup as well, to which no request goes; it breaks and is well again. */
    @Test
    void checksEachOfSeveralEndpoints() throws Exception {
        under.configure(0, true, 0);
        AtomicInteger status = new AtomicInteger(200);
        under.origin("third").onAnything(exchange -> exchange.respond(status.get(), "text/plain", ""));
        for (String name : List.of("first", "second", "third")) {
            UUID id = under.create(name, name.equals("first") ? 200 : 100, 1);
            under.put("/endpoints/" + id, "{\"healthCheckPath\": \"/\"}");
            under.agent(name);
        }

        await().atMost(Duration.ofSeconds(30))
                .until(() -> healths().equals("first healthy, second healthy, third healthy"));
        status.set(500);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> healths().equals("first healthy, second healthy, third unhealthy"));
        status.set(200);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> healths().equals("first healthy, second healthy, third healthy"));
        assertThat(under.get("/health").path("endpoints").valueStream().map(one -> one.path("lastHealthCheck")))
                .allMatch(JsonNode::isString);
    }

    private String healths() {
        return under.get("/health")
                .path("endpoints")
                .valueStream()
                .map(one -> one.path("name").asString() + " "
                        + one.path("healthStatus").asString())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private int checks() {
        return under.origin("default").requests().size();
    }

    private void awaitHealth(String status) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> under.get("/health").path("status").asString(), status::equals);
    }

    @Test
    void checksAPlainTunnelOnlyWhenAsked() throws Exception {
        under.agent("default");
        await().until(() -> under.get("/endpoints").path("total").asInt() == 1);
        assertThat(under.get("/health").path("status").asString()).isEqualTo("unknown");

        JsonNode checked = under.post("/health-check", "");

        assertThat(checked.path("status").asString()).isEqualTo("healthy");
        assertThat(under.origin("default").requests()).isNotEmpty();
        JsonNode endpoint = checked.at("/endpoints/0");
        assertThat(endpoint.path("name").asString()).isEqualTo("default");
        assertThat(endpoint.path("url").asString())
                .isEqualTo(under.origin("default").uri("").toString());
        under.origin("default").close();
        for (int i = 0; i < Health.THRESHOLD; i++) {
            under.post("/health-check", "");
        }
        assertThat(under.get("/health").path("status").asString()).isEqualTo("unhealthy");
        assertThat(under.get("/endpoints").at("/items/0/healthReason").asString())
                .isEqualTo("unreachable");
    }

    @Test
    void hidesEndpointsFromStrangers() {
        under.create("workshop", 100, 1);

        ProblemAssert.assertThat(as(TestCallers.user()).get(under.tunnel.path + "/endpoints"))
                .isProblem(ProblemCode.TUNNEL_001);
        ProblemAssert.assertThat(as(TestCallers.user()).get(under.tunnel.path + "/failover/status"))
                .isProblem(ProblemCode.TUNNEL_001);
    }
}
