package dev.culvert.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.contracts.event.AuthEvent.SignedIn;
import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.contracts.event.TunnelEvent.TunnelDeleted;
import dev.culvert.contracts.event.UsageEvent.TunnelTrafficMeasured;
import dev.culvert.contracts.identity.Role;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every act of the suite as a row that nobody can change (S3.12, audit). */
class AuditLogIT extends AdminStory {
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
}
