package dev.culvert.auth.token;

import dev.culvert.auth.audit.AuditSeverity;
import dev.culvert.auth.audit.AuditType;
import java.util.Locale;

/** Why a session ended. In the database and in the event: the lower-case name. */
public enum EndReason {
    SIGNED_OUT(AuditType.LOGOUT, AuditSeverity.INFO),
    /** By its owner, from another session. */
    REVOKED(AuditType.TOKEN_REVOKE, AuditSeverity.INFO),
    REVOKED_BY_ADMIN(AuditType.TOKEN_REVOKE, AuditSeverity.WARN),
    PASSWORD_CHANGED(AuditType.TOKEN_REVOKE, AuditSeverity.INFO),
    PASSWORD_RESET(AuditType.TOKEN_REVOKE, AuditSeverity.WARN),
    /** So that no token with other rights than the present ones is left. */
    ROLES_CHANGED(AuditType.TOKEN_REVOKE, AuditSeverity.WARN),
    /** Somebody copied a refresh token. */
    REFRESH_TOKEN_REUSED(AuditType.TOKEN_REVOKE, AuditSeverity.CRITICAL),
    TIMED_OUT(AuditType.SESSION_TIMEOUT, AuditSeverity.INFO);

    private final AuditType auditType;
    private final AuditSeverity severity;

    EndReason(AuditType auditType, AuditSeverity severity) {
        this.auditType = auditType;
        this.severity = severity;
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    AuditType auditType() {
        return auditType;
    }

    AuditSeverity severity() {
        return severity;
    }
}
