package dev.culvert.auth.audit;

import java.util.Locale;

/** How much a recorded event matters (requirement R2.6a). On the wire and in the database: the lower-case name. */
public enum AuditSeverity {
    DEBUG,
    INFO,
    WARN,
    ERROR,
    CRITICAL;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
