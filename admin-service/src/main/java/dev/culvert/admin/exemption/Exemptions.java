package dev.culvert.admin.exemption;

import dev.culvert.admin.audit.AuditTrail;
import dev.culvert.admin.audit.AuditTrail.Change;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The exemptions of the installation (requirements R6.7, R6.7a); each change with its row in the audit log. Works inside the
 * system scope only.
 */
@Service
class Exemptions {
    private final JdbcClient jdbc;
    private final AuditTrail trail;
    private final Clock clock;

    Exemptions(JdbcClient jdbc, AuditTrail trail, Clock clock) {
        this.jdbc = jdbc;
        this.trail = trail;
        this.clock = clock;
    }

    /** When uses were set to nothing, Unix milliseconds; 0 for never. */
    record Resets(long everybody, Map<UUID, Long> users) {}

    @Transactional(readOnly = true)
    public List<Exemption> all() {
        return jdbc.sql("SELECT * FROM rate_limit_exemption ORDER BY created_at, id")
                .query((row, _) -> exemption(row))
                .list();
    }

    /** Fails with NOT_FOUND. */
    @Transactional(readOnly = true)
    public Exemption get(UUID id) {
        return read(id, "");
    }

    /** As it is until the change that follows: of two that come at once each finds, and audits, what the other has left. */
    private Exemption locked(UUID id) {
        return read(id, " FOR UPDATE");
    }

    private Exemption read(UUID id, String lock) {
        return jdbc.sql("SELECT * FROM rate_limit_exemption WHERE id = :id" + lock)
                .param("id", id)
                .query((row, _) -> exemption(row))
                .optional()
                .orElseThrow(Exemptions::unknown);
    }

    /** Adds an exemption that counts at once. */
    @Transactional
    public Exemption create(CreateExemptionRequest request, UUID by) {
        CreateExemptionRequest.Checked checked = request.check();
        Instant now = clock.instant();
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                INSERT INTO rate_limit_exemption (id, name, type, methods, paths, user_id, per_user_and_hour, enabled,
                                                  created_by, created_at, updated_at)
                VALUES (:id, :name, :type, :methods, :paths, :userId, :most, true, :by, :now, :now)
                """)
                .param("id", id)
                .param("name", checked.name())
                .param("type", checked.type().wireName())
                .param("methods", checked.calls().methods().toArray(String[]::new), Types.ARRAY)
                .param("paths", checked.calls().paths().toArray(String[]::new), Types.ARRAY)
                .param("userId", request.userId(), Types.OTHER)
                .param("most", request.perUserAndHour(), Types.INTEGER)
                .param("by", by)
                .param("now", Timestamp.from(now))
                .update();
        Exemption created = get(id);
        trail.record("rate_limit_exemption.created", id.toString(), by, Change.made(created));
        return created;
    }

    /** Fails with NOT_FOUND. */
    @Transactional
    public Exemption enable(UUID id, boolean enabled, UUID by) {
        Exemption before = locked(id);
        jdbc.sql("UPDATE rate_limit_exemption SET enabled = :enabled, updated_at = :now WHERE id = :id")
                .param("enabled", enabled)
                .param("now", Timestamp.from(clock.instant()))
                .param("id", id)
                .update();
        Exemption after = get(id);
        String type = enabled ? "rate_limit_exemption.enabled" : "rate_limit_exemption.disabled";
        trail.record(type, id.toString(), by, new Change(before, after));
        return after;
    }

    /** Fails with NOT_FOUND. */
    @Transactional
    public void delete(UUID id, UUID by) {
        Exemption before = locked(id);
        jdbc.sql("DELETE FROM rate_limit_exemption WHERE id = :id")
                .param("id", id)
                .update();
        trail.record("rate_limit_exemption.deleted", id.toString(), by, Change.deleted(before));
    }

    /** Counts the uses of capped exemptions from nothing again, of one user or of everybody. */
    @Transactional
    public void reset(Optional<UUID> userId, UUID by) {
        if (userId.isEmpty()) {
            jdbc.sql("DELETE FROM rate_limit_exemption_reset").update();
        }
        Instant now = clock.instant();
        jdbc.sql("""
                INSERT INTO rate_limit_exemption_reset (user_id, reset_at) VALUES (:userId, :now)
                ON CONFLICT (user_id) DO UPDATE SET reset_at = excluded.reset_at
                """)
                .param("userId", userId.orElse(null), Types.OTHER)
                .param("now", Timestamp.from(now))
                .update();
        String whose = userId.map(UUID::toString).orElse("everybody");
        trail.record("rate_limit_exemption.uses_reset", whose, by, Change.made(Map.of("resetAt", now)));
    }

    @Transactional(readOnly = true)
    public Resets resets() {
        Map<UUID, Long> users = new HashMap<>();
        long[] everybody = {0};
        jdbc.sql("SELECT user_id, reset_at FROM rate_limit_exemption_reset").query(row -> {
            UUID user = row.getObject("user_id", UUID.class);
            long at = row.getTimestamp("reset_at").getTime();
            if (user == null) {
                everybody[0] = at;
            } else {
                users.put(user, at);
            }
        });
        return new Resets(everybody[0], users);
    }

    private static ProblemException unknown() {
        return new ProblemException(ProblemCode.NOT_FOUND, "There is no such exemption.");
    }

    private static Exemption exemption(ResultSet row) throws SQLException {
        return new Exemption(
                row.getObject("id", UUID.class),
                row.getString("name"),
                ExemptionType.ofWireName(row.getString("type")),
                texts(row.getArray("methods")),
                texts(row.getArray("paths")),
                row.getObject("user_id", UUID.class),
                row.getObject("per_user_and_hour", Integer.class),
                row.getBoolean("enabled"),
                row.getObject("created_by", UUID.class),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }

    private static List<String> texts(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
