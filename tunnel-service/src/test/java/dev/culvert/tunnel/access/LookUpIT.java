package dev.culvert.tunnel.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.RunningTunnelService;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Fault 28: what it takes to let an agent or a caller in does not grow with the number of tunnels. */
class LookUpIT extends RunningTunnelService {
    private static final int TUNNELS = 500;

    @Autowired
    private Standings standings;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    @Test
    void readsFewRowsHoweverManyTunnelsThereAre() {
        UUID tenant = UUID.randomUUID();
        UUID user = UUID.randomUUID();

        long read = TenantScope.call(
                tenant,
                user,
                () -> Optional.ofNullable(transactions.execute(status -> {
                            status.setRollbackOnly();
                            insertTunnels(tenant, user);
                            // PostgreSQL would rather read all of a table that fits into a few pages.
                            jdbc.sql("SET LOCAL enable_seqscan = off").update();
                            long before = rowsRead();
                            assertThat(standings.named("many-77", user, tenant)).isPresent();
                            return rowsRead() - before;
                        }))
                        .orElseThrow());

        assertThat(read).isLessThan(TUNNELS / 10);
    }

    private void insertTunnels(UUID tenant, UUID user) {
        jdbc.sql("""
                INSERT INTO tunnels (id, tenant_id, user_id, name, max_connections, status, stopped, status_reason,
                  status_changed_at, revision, created_at, updated_at, created_from, created_with)
                SELECT gen_random_uuid(), :tenant, :user, 'many-' || i, 10, 'DISCONNECTED', false, '', now(), 0, now(), now(),
                  '', ''
                FROM generate_series(1, :count) i""")
                .param("tenant", tenant)
                .param("user", user)
                .param("count", TUNNELS)
                .update();
    }

    private long rowsRead() {
        return jdbc.sql("""
                SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
                FROM pg_stat_xact_user_tables WHERE relid = CAST('tunnels' AS regclass)""").query(Long.class).single();
    }
}
