package dev.culvert.tunnel.share;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.tunnel.RunningTunnelService;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What row-level security shows the service's own role while it works for a guest: the shared tunnel, and nothing else of its tenant. */
class GuestsSeeOneRowIT extends RunningTunnelService {
    private static final String TUNNELS = "/api/v1/tunnels";

    /** Tables of the owner's tenant, each with a row of it, which is inserted where the set-up made none. */
    private static final Map<String, String> FOREIGN = Map.ofEntries(
            Map.entry("tunnel_activity", ""),
            Map.entry("tunnel_transitions", ""),
            Map.entry("share_tokens", ""),
            Map.entry("visitor_logins", ""),
            Map.entry("people", ""),
            Map.entry("teams", ""),
            Map.entry("connection_history", ""), // a trigger copies agent_connections
            Map.entry(
                    "agent_connections",
                    "VALUES (gen_random_uuid(), :tunnel, :tenant, :user, 'r', 'a', '1', '::1', now())"),
            Map.entry("usage_days", "(tunnel_id, user_id, day, tenant_id) VALUES (:tunnel, :user, now(), :tenant)"),
            Map.entry("usage_hours", """
                    (tunnel_id, user_id, hour, tenant_id, requests, errors, bytes_in, bytes_out, duration_millis, prompt_tokens,
                      completion_tokens, peak_requests)
                    VALUES (:tunnel, :user, now(), :tenant, 1, 0, 1, 1, 1, 0, 0, 1)"""),
            Map.entry("reported_usage", """
                    (tunnel_id, event_id, tenant_id, user_id, type, error, data_bytes, duration_millis, occurred_at)
                    VALUES (:tunnel, 'e', :tenant, :user, 'request', false, 1, 1, now())"""),
            Map.entry("request_errors", """
                    (request_id, tunnel_id, tenant_id, user_id, replica, category, status, method, path, correlation_id,
                      duration_millis, occurred_at)
                    VALUES (gen_random_uuid(), :tunnel, :tenant, :user, 'r', 'timeout', 504, 'GET', '/', 'c', 1, now())"""),
            Map.entry(
                    "request_latencies",
                    "VALUES (:tunnel, now(), gen_random_uuid(), 'total', :tenant, ARRAY[1]::bigint[])"),
            Map.entry("inspectors", "(tunnel_id, tenant_id, enabled, bodies) VALUES (:tunnel, :tenant, true, true)"),
            Map.entry("metrics_announcements", "VALUES (:tunnel, :tenant, 1, 1)"),
            Map.entry("access_requests", """
                    (id, tunnel_id, tenant_id, requester_id, requester_tenant_id, requester_name, role, message, status,
                      created_at, expires_at)
                    VALUES (gen_random_uuid(), :tunnel, :tenant, gen_random_uuid(), gen_random_uuid(), 'x', 'viewer', '',
                      'pending', now(), now())"""),
            Map.entry("access_log", """
                    VALUES (gen_random_uuid(), :tunnel, :tenant, gen_random_uuid(), 'share', NULL, 'viewer', 'use', '::1', '', 1,
                      now())"""),
            Map.entry("tunnel_transfers", """
                    VALUES (gen_random_uuid(), :tunnel, :tenant, 'shared', :user, gen_random_uuid(), gen_random_uuid(), 'x',
                      now(), now())"""));

    private final TestCallers owner = TestCallers.user();
    private final TestCallers guest = TestCallers.user();
    private UUID shared = UUID.randomUUID();
    private UUID other = UUID.randomUUID();

    @BeforeEach
    void share() {
        Neighbours.known(owner, "o" + owner.userId());
        Neighbours.known(guest, "g" + guest.userId());
        Neighbours.known(TestCallers.user(), "x" + owner.userId());
        shared = create("shared");
        other = create("other");
        for (UUID tunnel : List.of(shared, other)) {
            as(owner).post(TUNNELS + "/" + tunnel + "/share-tokens", "{}");
            as(owner).send("PUT", TUNNELS + "/" + tunnel + "/access", """
                    {"visibility": "private", "login": {"username": "visitor", "password": "long enough"}}""");
        }
        grant(shared, guest.userId().toString());
        grant(shared, "x" + owner.userId());
        grant(other, "x" + owner.userId());
    }

    private UUID create(String name) {
        return UUID.fromString(json(as(owner).post(TUNNELS, "{\"name\": \"" + name + "\"}"))
                .path("id")
                .asString());
    }

    private void grant(UUID tunnel, String user) {
        var answer = as(owner)
                .post(TUNNELS + "/" + tunnel + "/shares", "{\"user\": \"" + user + "\", \"permission\": \"admin\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    /** A transaction of the service's role for a caller, as the service begins it. */
    private interface Work {
        void in(Connection transaction) throws SQLException;
    }

    private static void workFor(TestCallers caller, Work work) throws SQLException {
        try (Connection connection = TestingPostgres.shared().appConnection("tunnel")) {
            connection.setAutoCommit(false);
            bind(connection, caller);
            work.in(connection);
            connection.rollback();
        }
    }

    private static void bind(Connection connection, TestCallers caller) throws SQLException {
        try (PreparedStatement bind = connection.prepareStatement(
                "SELECT set_config('culvert.tenant_id', ?, true), set_config('culvert.user_id', ?, true)")) {
            bind.setString(1, caller.tenantId().toString());
            bind.setString(2, caller.userId().toString());
            bind.execute();
        }
    }

    private static long count(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    @Test
    void showsTheGuestTheSharedTunnelAndTheirShare() throws SQLException {
        workFor(guest, it -> {
            assertThat(count(it, "SELECT count(*) FROM tunnels")).isOne();
            assertThat(count(it, "SELECT count(*) FROM tunnels WHERE id = '" + shared + "'"))
                    .isOne();
            assertThat(count(it, "SELECT count(*) FROM shares")).isOne();
            assertThat(count(it, "SELECT count(*) FROM shares WHERE grantee_user_id = '" + guest.userId() + "'"))
                    .isOne();
        });
    }

    /** One transaction fills the tables as administrator and reads them in the service's role; then it is undone. */
    @Test
    void showsTheGuestNothingElseOfTheForeignTenant() throws SQLException {
        try (Connection it = TestingPostgres.shared().adminConnection()) {
            it.setAutoCommit(false);
            update(it, "SET LOCAL search_path = tunnel");
            for (Map.Entry<String, String> table : FOREIGN.entrySet()) {
                if (!table.getValue().isEmpty()) {
                    update(it, "INSERT INTO " + table.getKey() + " " + ofTheOwner(table.getValue()));
                }
            }
            for (String table : FOREIGN.keySet()) {
                assertThat(count(
                                it,
                                "SELECT count(*) FROM %s WHERE tenant_id = '%s'".formatted(table, owner.tenantId())))
                        .as("rows of " + table)
                        .isPositive();
            }
            update(it, "SET LOCAL ROLE tunnel_app");
            bind(it, guest);
            for (String table : FOREIGN.keySet()) {
                assertThat(count(it, "SELECT count(*) FROM " + table)).as(table).isZero();
            }
            bind(it, owner);
            assertThat(count(it, "SELECT count(*) FROM visitor_logins")).isEqualTo(2);
            it.rollback();
        }
    }

    private String ofTheOwner(String row) {
        return row.replace(":tunnel", "'" + shared + "'")
                .replace(":tenant", "'" + owner.tenantId() + "'")
                .replace(":user", "'" + owner.userId() + "'");
    }

    @Test
    void letsTheGuestChangeNothing() throws SQLException {
        workFor(guest, it -> {
            assertThat(update(it, "UPDATE tunnels SET name = 'stolen'")).isZero();
            assertThat(update(it, "DELETE FROM tunnels")).isZero();
            assertThat(update(it, "UPDATE shares SET role = 'admin', expires_at = NULL"))
                    .isZero();
            assertThat(update(it, "DELETE FROM shares")).isZero();
        });
        String forged = """
                INSERT INTO shares (id, tunnel_id, tenant_id, grantee_user_id, grantee_name, home_tenant_id, role, created_by,
                  created_at)
                VALUES ('%s', '%s', '%s', '%s', 'g', '%s', 'admin', '%4$s', now())""".formatted(UUID.randomUUID(), other, owner.tenantId(), guest.userId(), guest.tenantId());
        assertThatThrownBy(() -> workFor(guest, it -> update(it, forged)))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("row-level security");
    }

    @Test
    void hidesTheTunnelOnceTheShareHasEnded() throws SQLException {
        TestingPostgres.shared()
                .execute("UPDATE tunnel.shares SET expires_at = now() - interval '1 second' WHERE tunnel_id = '"
                        + shared + "'");

        workFor(
                guest,
                it -> assertThat(count(it, "SELECT count(*) FROM tunnels")).isZero());
        workFor(
                TestCallers.user(),
                it -> assertThat(count(it, "SELECT count(*) FROM tunnels")).isZero());
    }
}
