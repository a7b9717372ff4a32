package dev.culvert.tunnel.tunnel;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.platform.caller.Caller;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.tunnel.RunningTunnelService;
import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.session.SessionEvent;
import dev.culvert.tunnel.session.SessionEvent.SessionInfo;
import dev.culvert.tunnel.session.TunnelDirectory;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import tools.jackson.databind.JsonNode;

/** Requirements R4.1b, R4.2: a tunnel's status follows its agents, whatever happens to the process that held them. */
class AgentPresenceIT extends RunningTunnelService {
    private final TestCallers caller = TestCallers.user();

    @Autowired
    private AgentPresence presence;

    @Autowired
    private TunnelDirectory directory;

    private UUID tunnelId;

    @BeforeEach
    void createTunnel() {
        tunnelId = UUID.fromString(json(api().post("/api/v1/tunnels", "{\"name\": \"ollama\"}"))
                .path("id")
                .asString());
    }

    private TestingApi api() {
        return as(caller);
    }

    private JsonNode status() {
        return json(api().get("/api/v1/tunnels/" + tunnelId + "/status"));
    }

    private void awaitStatus(String status) {
        await().until(() -> status().path("status").asString(), status::equals);
    }

    private SessionInfo session() {
        return session(tunnelId);
    }

    private SessionInfo session(UUID tunnel) {
        return new SessionInfo(
                UUID.randomUUID(),
                tunnel,
                caller.tenantId(),
                caller.userId(),
                Optional.empty(),
                "agent-1",
                "0.1.0",
                "203.0.113.7");
    }

    private SessionInfo connect() {
        SessionInfo session = session();
        presence.onSession(new SessionEvent.Connected(session, 1, Instant.now()));
        return session;
    }

    private void disconnect(SessionInfo session, String reason) {
        presence.onSession(new SessionEvent.Disconnected(session, 0, Instant.now(), reason));
    }

    @Test
    void isConnectedFromTheFirstAgentToTheLast() {
        SessionInfo first = connect();
        SessionInfo second = connect();

        awaitStatus("connected");
        await().until(() -> status().path("connections").asInt(), open -> open == 2);
        JsonNode endpoint = status().path("endpoints").path(0);
        assertThat(endpoint.path("remoteAddress").asString()).isEqualTo("203.0.113.7");
        assertThat(endpoint.path("agentVersion").asString()).isEqualTo("0.1.0");
        assertThat(status().path("reason").asString()).isEqualTo("agent_connected");

        disconnect(first, "closed_by_agent");
        await().until(() -> status().path("connections").asInt(), open -> open == 1);
        assertThat(status().path("status").asString()).isEqualTo("connected");

        disconnect(second, "silent");
        awaitStatus("disconnected");
        assertThat(status().path("reason").asString()).isEqualTo("silent");
        assertThat(status().path("stopped").asBoolean()).isFalse();
    }

    /** When a replica is lost its agents come back all at once. */
    @Test
    void storesAgentsThatComeTogetherTogether() {
        int others = 60;
        TestingPostgres.shared().execute("""
                INSERT INTO tunnel.tunnels
                SELECT (jsonb_populate_record(t, jsonb_build_object(
                  'id', gen_random_uuid(), 'name', 'other-' || i, 'stopped', i = 1,
                  'status', CASE i WHEN 1 THEN 'DISCONNECTED' ELSE t.status END))).*
                FROM tunnel.tunnels t, generate_series(1, %d) i WHERE t.id = '%s'""".formatted(others, tunnelId));
        List<String> ids = rows("SELECT id::text FROM tunnel.tunnels WHERE tenant_id = '%s'");

        ids.forEach(
                id -> presence.onSession(new SessionEvent.Connected(session(UUID.fromString(id)), 1, Instant.now())));

        String connected = "SELECT id::text FROM tunnel.tunnels WHERE tenant_id = '%s' AND status = 'CONNECTED'";
        await().until(() -> rows(connected).size(), size -> size == others);
        assertThat(rows("SELECT tunnel_id::text FROM tunnel.agent_connections WHERE tenant_id = '%s'"))
                .as("all but the one that is stopped")
                .hasSize(others)
                .containsExactlyInAnyOrderElementsOf(rows(connected));
        assertThat(rows("SELECT DISTINCT xmin::text FROM tunnel.agent_connections WHERE tenant_id = '%s'"))
                .as("transactions")
                .hasSizeLessThan(others / 2);
        assertThat(rows("SELECT tunnel_id::text FROM tunnel.usage_days WHERE tenant_id = '%s' AND connections = 1"))
                .hasSize(others);
    }

    private List<String> rows(String query) {
        try (Connection administrator = TestingPostgres.shared().adminConnection()) {
            return JdbcClient.create(new SingleConnectionDataSource(administrator, true))
                    .sql(query.formatted(caller.tenantId()))
                    .query(String.class)
                    .list();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void needsSomebodyToActAfterARevokedKey() {
        SessionInfo session = connect();
        awaitStatus("connected");

        disconnect(session, "revoked");

        awaitStatus("error");
        assertThat(status().path("reason").asString()).isEqualTo("revoked");
    }

    @Test
    void keepsAgentsOfAStoppedTunnelOut() {
        api().post("/api/v1/tunnels/" + tunnelId + "/stop", "");

        SessionInfo late = connect();
        presence.sweep();

        assertThat(status().path("status").asString()).isEqualTo("disconnected");
        assertThat(status().path("connections").asInt(-1)).isZero();
        disconnect(late, "tunnel_stopped");
    }

    /** A killed replica comes back under its name and without its agents. */
    @Test
    void isDisconnectedWhenTheReplicaComesBackWithoutItsAgents() {
        leaveBehind("replica-under-test");

        presence.sweep();

        assertThat(status().path("status").asString()).isEqualTo("disconnected");
        assertThat(status().path("reason").asString()).isEqualTo("agent_lost");
        assertThat(status().path("connections").asInt(-1)).isZero();
    }

    @Test
    void isDisconnectedWhenAnotherReplicaDied() {
        leaveBehind("dead-replica");
        TestingPostgres.shared()
                .execute("INSERT INTO tunnel.replicas VALUES ('dead-replica', now() - interval '1 minute')");

        presence.sweep();

        assertThat(status().path("status").asString()).isEqualTo("disconnected");
    }

    @Test
    void staysConnectedWhileAnotherReplicaHoldsAnAgent() {
        leaveBehind("other-replica");
        TestingPostgres.shared()
                .execute("INSERT INTO tunnel.replicas VALUES ('other-replica', now()) ON CONFLICT (name) DO UPDATE SET"
                        + " seen_at = now()");

        presence.sweep();

        assertThat(status().path("status").asString()).isEqualTo("connected");
    }

    /** What a replica that was killed leaves: a row of its agent and a status that was true. */
    private void leaveBehind(String replica) {
        TestingPostgres.shared()
                .execute("""
                INSERT INTO tunnel.agent_connections VALUES
                  ('%s', '%s', '%s', '%s', '%s', 'agent-1', '0.1.0', '203.0.113.7', now())""".formatted(UUID.randomUUID(), tunnelId, caller.tenantId(), caller.userId(), replica));
        TestingPostgres.shared()
                .execute("UPDATE tunnel.tunnels SET status = 'CONNECTED' WHERE id = '" + tunnelId + "'");
    }

    @Test
    void resolvesOwnTunnelsBeforeTheTenants() {
        TestCallers colleague = TestCallers.user().withTenantId(caller.tenantId());
        TestCallers stranger = TestCallers.user();

        assertThat(resolve("ollama", caller)).isInstanceOfSatisfying(Resolution.Found.class, found -> {
            assertThat(found.tunnelId()).isEqualTo(tunnelId);
            assertThat(found.ownerId()).isEqualTo(caller.userId());
            assertThat(found.maxConnections()).isEqualTo(100);
        });
        assertThat(resolve("ollama", colleague)).isInstanceOf(Resolution.Unknown.class);
        api().send("PUT", "/api/v1/tunnels/" + tunnelId + "/access", "{\"visibility\": \"shared\"}");
        assertThat(resolve("ollama", colleague)).isInstanceOfSatisfying(Resolution.Found.class, found -> {
            assertThat(found.tunnelId()).isEqualTo(tunnelId);
            assertThat(found.grant().kind()).isEqualTo(Grant.Kind.TENANT);
            assertThat(found.grant().mayConnect()).isFalse();
        });
        assertThat(resolve("ollama", stranger)).isInstanceOf(Resolution.Unknown.class);

        String own = json(as(colleague).post("/api/v1/tunnels", "{\"name\": \"ollama\"}"))
                .path("id")
                .asString();
        assertThat(resolve("ollama", colleague))
                .isInstanceOfSatisfying(
                        Resolution.Found.class,
                        found -> assertThat(found.tunnelId()).hasToString(own));
        api().post("/api/v1/tunnels/" + tunnelId + "/stop", "");
        assertThat(resolve("ollama", caller)).isEqualTo(new Resolution.Stopped(tunnelId));
    }

    private Resolution resolve(String name, TestCallers who) {
        return directory.resolve(
                name,
                new Caller(
                        who.userId(),
                        who.tenantId(),
                        who.tier(),
                        who.roles(),
                        who.scopes(),
                        Optional.empty(),
                        Optional.empty()));
    }
}
