package dev.culvert.tunnel.access;

import dev.culvert.tunnel.session.Grant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Reads what somebody is to a tunnel. To be called in a transaction of that person and their tenant: row-level security then
 * shows the rows of the tenant and those shared with the person, so that a mistake here opens nothing else.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY, readOnly = true)
class Standings {
    private static final String TUNNEL = """
            SELECT t.id, t.tenant_id, t.user_id, t.name, t.visibility, t.allowed_networks, t.stopped, t.max_connections,
              t.timeout_millis, t.compression, lower(t.status) AS status, t.created_at""";

    private static final String TUNNEL_AND_SHARES = TUNNEL + """
            , s.id AS share_id, s.role AS share_role, s.expires_at AS share_ends,
              num_nonnulls(s.requests_per_day, s.requests_per_month, s.bytes_per_day, s.bytes_per_month) > 0 AS share_limited
            FROM tunnels t
            LEFT JOIN shares s ON s.tunnel_id = t.id AND (s.grantee_user_id = :user OR s.grantee_tenant_id = :tenant)
              AND (s.expires_at IS NULL OR s.expires_at > :now)
            """;

    /** Of a grant of each kind the one that allows more, and of equal ones the one without a quota or that lasts longer. */
    private static final Comparator<Grant> BY_WORTH = Comparator.<Grant, TunnelRole>comparing(
                    grant -> TunnelRole.ofWireName(grant.role()))
            .thenComparing(grant -> !grant.limited())
            .thenComparing(grant -> grant.until().orElse(Instant.MAX));

    private final JdbcClient jdbc;
    private final Clock clock;

    Standings(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** A tunnel and the best right somebody has to it. */
    record Right(KnownTunnel tunnel, Grant grant) {}

    private record Person(UUID userId, UUID tenantId) {}

    /** What a person is to a tunnel; empty if nothing, or if there is no such tunnel. */
    Optional<Right> of(UUID tunnelId, UUID userId, UUID tenantId) {
        return read("WHERE t.id = :id", new Person(userId, tenantId), tunnelId, "").stream()
                .findFirst();
    }

    /**
     * The tunnel somebody means by a name: their own, else one that is open to their tenant, else one that is shared with
     * them; of several the oldest. An id that is in place of a name comes before all.
     */
    Optional<Right> named(String name, UUID userId, UUID tenantId) {
        UUID id = idIn(name).orElse(null);
        // The id is one of the union and not beside it: an OR would read all tunnels there are (40 ms for 10,000).
        return read("""
                        WHERE t.id IN (
                          SELECT CAST(:id AS uuid)
                          UNION SELECT n.id FROM tunnels n WHERE n.tenant_id = :tenant AND n.name = :name
                          UNION SELECT n.id FROM shares g JOIN tunnels n ON n.id = g.tunnel_id
                          WHERE (g.grantee_user_id = :user OR g.grantee_tenant_id = :tenant) AND n.name = :name)
                        """, new Person(userId, tenantId), id, name).stream()
                .min(Comparator.<Right, Boolean>comparing(
                                right -> !right.tunnel().id().equals(id))
                        .thenComparing(right -> right.grant().kind() != Grant.Kind.OWNER)
                        .thenComparing(right -> !right.tunnel().tenantId().equals(tenantId))
                        .thenComparing(right -> right.tunnel().createdAt())
                        .thenComparing(right -> right.tunnel().id()));
    }

    /** What is shared with a person or their team, latest share first. */
    List<Right> sharedWith(UUID userId, UUID tenantId) {
        return read("""
                WHERE s.id IS NOT NULL AND t.user_id <> :user ORDER BY s.created_at DESC, t.id
                """, new Person(userId, tenantId), null, "");
    }

    /** A tunnel that is open to anybody. Needs the system scope. */
    Optional<KnownTunnel> open(UUID tunnelId) {
        return jdbc.sql(TUNNEL + " FROM tunnels t WHERE t.id = ? AND t.visibility = 'public'")
                .param(tunnelId)
                .query(Standings::tunnel)
                .optional();
    }

    /** Any tunnel. Needs the system scope. */
    Optional<KnownTunnel> any(UUID tunnelId) {
        return jdbc.sql(TUNNEL + " FROM tunnels t WHERE t.id = ?")
                .param(tunnelId)
                .query(Standings::tunnel)
                .optional();
    }

    /** The id that a name may be. */
    static Optional<UUID> idIn(String name) {
        if (name.length() != 36) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(name));
        } catch (IllegalArgumentException notAnId) {
            return Optional.empty();
        }
    }

    /** Every right a person has to a tunnel, the best first. */
    List<Grant> all(UUID tunnelId, UUID userId, UUID tenantId) {
        return held("WHERE t.id = :id", new Person(userId, tenantId), tunnelId, "").stream()
                .flatMap(held -> held.grants().stream())
                .sorted(BY_WORTH.reversed())
                .toList();
    }

    private record Held(KnownTunnel tunnel, List<Grant> grants) {}

    private List<Right> read(String where, Person person, @Nullable UUID id, String name) {
        return held(where, person, id, name).stream()
                .flatMap(held ->
                        held.grants().stream().max(BY_WORTH).map(best -> new Right(held.tunnel(), best)).stream())
                .toList();
    }

    private List<Held> held(String where, Person person, @Nullable UUID id, String name) {
        Map<UUID, Held> tunnels = new LinkedHashMap<>();
        jdbc.sql(TUNNEL_AND_SHARES + where)
                .param("user", person.userId())
                .param("tenant", person.tenantId())
                .param("now", Timestamp.from(clock.instant()))
                .param("id", id, Types.OTHER)
                .param("name", name)
                .query(row -> {
                    KnownTunnel tunnel = tunnel(row, 0);
                    tunnels.computeIfAbsent(tunnel.id(), _ -> new Held(tunnel, new ArrayList<>()))
                            .grants()
                            .addAll(grants(tunnel, person, row));
                });
        return List.copyOf(tunnels.values());
    }

    private static List<Grant> grants(KnownTunnel tunnel, Person person, ResultSet row) throws SQLException {
        List<Grant> found = new ArrayList<>();
        if (tunnel.ownerId().equals(person.userId())) {
            found.add(Grant.OWNER);
        } else if (tunnel.tenantId().equals(person.tenantId())
                && !tunnel.visibility().equals(KnownTunnel.PRIVATE)) {
            found.add(grant(Grant.Kind.TENANT, TunnelRole.VIEWER));
        }
        UUID shareId = row.getObject("share_id", UUID.class);
        if (shareId != null) {
            OffsetDateTime ends = row.getObject("share_ends", OffsetDateTime.class);
            TunnelRole role = TunnelRole.ofWireName(row.getString("share_role"));
            found.add(new Grant(
                    Grant.Kind.SHARE,
                    Optional.of(shareId),
                    role.wireName(),
                    role.allows(TunnelAction.CONNECT.needs()),
                    Optional.ofNullable(ends).map(OffsetDateTime::toInstant),
                    row.getBoolean("share_limited")));
        }
        return found;
    }

    /** A right that is nobody's own, without an end and a quota. */
    static Grant grant(Grant.Kind kind, TunnelRole role) {
        return new Grant(
                kind,
                Optional.empty(),
                role.wireName(),
                role.allows(TunnelAction.CONNECT.needs()),
                Optional.empty(),
                false);
    }

    private static KnownTunnel tunnel(ResultSet row, int number) throws SQLException {
        return new KnownTunnel(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("user_id", UUID.class),
                row.getString("name"),
                row.getString("visibility"),
                List.of((String[]) row.getArray("allowed_networks").getArray()),
                row.getBoolean("stopped"),
                row.getInt("max_connections"),
                row.getObject("timeout_millis", Integer.class),
                row.getBoolean("compression"),
                row.getString("status"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
