package dev.culvert.auth.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something to be recorded; when, from where and in which request is added by {@link AuditTrail}.
 *
 * @param result how it ended, one lower-case word or several joined by underscores
 * @param tenantId null when no account is known
 * @param accountId null when no account is known
 * @param attemptedName what was typed as the name, at a sign-in
 */
public record AuditEvent(
        AuditType type,
        AuditSeverity severity,
        String result,
        @Nullable UUID tenantId,
        @Nullable UUID accountId,
        @Nullable UUID sessionId,
        @Nullable String attemptedName) {

    /** An event that belongs to nobody yet. */
    public static AuditEvent of(AuditType type, AuditSeverity severity, String result) {
        return new AuditEvent(type, severity, result, null, null, null, null);
    }

    /** The same, about an account. */
    public AuditEvent about(UUID tenant, UUID account) {
        return new AuditEvent(type, severity, result, tenant, account, sessionId, attemptedName);
    }

    /** The same, about one session. */
    public AuditEvent inSession(UUID session) {
        return new AuditEvent(type, severity, result, tenantId, accountId, session, attemptedName);
    }

    /** The same, with the name somebody typed. */
    public AuditEvent attemptedAs(String name) {
        return new AuditEvent(type, severity, result, tenantId, accountId, sessionId, name);
    }
}
