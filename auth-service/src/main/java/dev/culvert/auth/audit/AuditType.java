package dev.culvert.auth.audit;

import java.util.Locale;

/** Kind of a recorded event (requirement R2.6a). On the wire and in the database: the lower-case name. */
public enum AuditType {
    LOGIN,
    LOGOUT,
    TOKEN_REFRESH,
    TOKEN_REVOKE,
    FAILED_LOGIN,
    PASSWORD_CHANGE,
    CREDENTIAL_CHANGE,
    SESSION_TIMEOUT;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
