package dev.culvert.admin.limit;

import dev.culvert.admin.audit.AuditTrail;
import dev.culvert.admin.audit.AuditTrail.Change;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The limits of the installation; each change with its row in the audit log. Works inside the system scope only. */
@Service
public class LimitBook {
    private final JdbcClient jdbc;
    private final AuditTrail trail;
    private final Clock clock;

    LimitBook(JdbcClient jdbc, AuditTrail trail, Clock clock) {
        this.jdbc = jdbc;
        this.trail = trail;
        this.clock = clock;
    }

    @Transactional(readOnly = true)
    public List<LimitRule> rules() {
        return jdbc.sql("SELECT * FROM rate_limit_rule ORDER BY name")
                .query((row, _) -> rule(row))
                .list();
    }

    @Transactional(readOnly = true)
    public List<TenantLimit> tenants() {
        return jdbc.sql("SELECT * FROM tenant_limit ORDER BY updated_at DESC, tenant_id")
                .query((row, _) -> tenant(row))
                .list();
    }

    /** Fails with ALREADY_EXISTS when there is a rule of that name. */
    @Transactional
    public LimitRule create(LimitRuleRequest request, UUID by) {
        LimitRuleRequest.Checked checked = request.check();
        UUID id = UUID.randomUUID();
        try {
            params("""
                    INSERT INTO rate_limit_rule (id, name, methods, paths, counted_by, calls, within_seconds, created_by,
                                                 created_at, updated_at)
                    VALUES (:id, :name, :methods, :paths, :subject, :calls, :within, :by, :now, :now)
                    """, id, checked).param("by", by).update();
        } catch (DuplicateKeyException taken) {
            throw new ProblemException(ProblemCode.ALREADY_EXISTS, "There is a limit of this name. Change that one.");
        }
        LimitRule created = get(id);
        trail.record("rate_limit_rule.created", id.toString(), by, Change.made(created));
        return created;
    }

    /** Fails with NOT_FOUND, or with ALREADY_EXISTS when there is another rule of that name. */
    @Transactional
    public LimitRule update(UUID id, LimitRuleRequest request, UUID by) {
        LimitRuleRequest.Checked checked = request.check();
        LimitRule before = locked(id);
        try {
            params("""
                    UPDATE rate_limit_rule SET name = :name, methods = :methods, paths = :paths, counted_by = :subject,
                           calls = :calls, within_seconds = :within, updated_at = :now
                    WHERE id = :id
                    """, id, checked).update();
        } catch (DuplicateKeyException taken) {
            throw new ProblemException(ProblemCode.ALREADY_EXISTS, "There is another limit of this name.");
        }
        LimitRule after = get(id);
        trail.record("rate_limit_rule.updated", id.toString(), by, new Change(before, after));
        return after;
    }

    /** Fails with NOT_FOUND. */
    @Transactional
    public void delete(UUID id, UUID by) {
        LimitRule rule = locked(id);
        jdbc.sql("DELETE FROM rate_limit_rule WHERE id = :id").param("id", id).update();
        trail.record("rate_limit_rule.deleted", id.toString(), by, Change.deleted(rule));
    }

    /** Sets by what a tenant's budgets are multiplied. */
    @Transactional
    public TenantLimit set(UUID tenantId, BigDecimal multiplier, UUID by) {
        Optional<TenantLimit> before = tenant(tenantId);
        jdbc.sql("""
                INSERT INTO tenant_limit (tenant_id, multiplier, updated_by, updated_at) VALUES (:id, :multiplier, :by, :now)
                ON CONFLICT (tenant_id) DO UPDATE
                SET multiplier = excluded.multiplier, updated_by = excluded.updated_by, updated_at = excluded.updated_at
                """)
                .param("id", tenantId)
                .param("multiplier", multiplier)
                .param("by", by)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        TenantLimit after = tenant(tenantId).orElseThrow();
        trail.record("tenant_limit.set", tenantId.toString(), by, new Change(before.orElse(null), after));
        return after;
    }

    /** Goes back to the number of the plan. Fails with NOT_FOUND when nothing was set. */
    @Transactional
    public void clear(UUID tenantId, UUID by) {
        TenantLimit before = tenant(tenantId)
                .orElseThrow(
                        () -> new ProblemException(ProblemCode.NOT_FOUND, "The tenant has the limits of its plan."));
        jdbc.sql("DELETE FROM tenant_limit WHERE tenant_id = :id")
                .param("id", tenantId)
                .update();
        trail.record("tenant_limit.cleared", tenantId.toString(), by, Change.deleted(before));
    }

    private Optional<TenantLimit> tenant(UUID id) {
        return jdbc.sql("SELECT * FROM tenant_limit WHERE tenant_id = :id FOR UPDATE")
                .param("id", id)
                .query((row, _) -> tenant(row))
                .optional();
    }

    private LimitRule get(UUID id) {
        return read(id, "");
    }

    /** As it is until the change that follows: of two that come at once each finds, and audits, what the other has left. */
    private LimitRule locked(UUID id) {
        return read(id, " FOR UPDATE");
    }

    private LimitRule read(UUID id, String lock) {
        return jdbc.sql("SELECT * FROM rate_limit_rule WHERE id = :id" + lock)
                .param("id", id)
                .query((row, _) -> rule(row))
                .optional()
                .orElseThrow(LimitBook::unknown);
    }

    private JdbcClient.StatementSpec params(String sql, UUID id, LimitRuleRequest.Checked checked) {
        return jdbc.sql(sql)
                .param("id", id)
                .param("name", checked.name())
                .param("methods", checked.selected().methods().toArray(String[]::new), Types.ARRAY)
                .param("paths", checked.selected().paths().toArray(String[]::new), Types.ARRAY)
                .param("subject", checked.by().wireName())
                .param("calls", checked.calls())
                .param("within", checked.withinSeconds())
                .param("now", Timestamp.from(clock.instant()));
    }

    private static ProblemException unknown() {
        return new ProblemException(ProblemCode.NOT_FOUND, "There is no such limit.");
    }

    private static LimitRule rule(ResultSet row) throws SQLException {
        return new LimitRule(
                row.getObject("id", UUID.class),
                row.getString("name"),
                texts(row.getArray("methods")),
                texts(row.getArray("paths")),
                LimitSubject.ofWireName(row.getString("counted_by")),
                row.getInt("calls"),
                row.getInt("within_seconds"),
                row.getObject("created_by", UUID.class),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }

    private static TenantLimit tenant(ResultSet row) throws SQLException {
        return new TenantLimit(
                row.getObject("tenant_id", UUID.class),
                row.getBigDecimal("multiplier"),
                row.getObject("updated_by", UUID.class),
                row.getTimestamp("updated_at").toInstant());
    }

    private static List<String> texts(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
