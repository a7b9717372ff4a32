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
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What row-level security shows the service's own role while it works for a guest: the shared tunnel, and nothing else of its tenant. */
class GuestsSeeOneRowIT extends RunningTunnelService {
    private static final String TUNNELS = "/api/v1/tunnels";
    private static final List<String> FOREIGN = List.of(
            "tunnel_activity",
            "agent_connections",
            "usage_days",
            "share_tokens",
            "visitor_logins",
            "access_requests",
            "access_log",
            "people",
            "teams");

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
            try (PreparedStatement bind = connection.prepareStatement(
                    "SELECT set_config('culvert.tenant_id', ?, true), set_config('culvert.user_id', ?, true)")) {
                bind.setString(1, caller.tenantId().toString());
                bind.setString(2, caller.userId().toString());
                bind.execute();
            }
            work.in(connection);
            connection.rollback();
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

    @Test
    void showsTheGuestNothingElseOfTheForeignTenant() throws SQLException {
        workFor(guest, it -> {
            for (String table : FOREIGN) {
                assertThat(count(it, "SELECT count(*) FROM " + table)).as(table).isZero();
            }
        });
        workFor(
                owner,
                it -> assertThat(count(it, "SELECT count(*) FROM visitor_logins"))
                        .isEqualTo(2));
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
