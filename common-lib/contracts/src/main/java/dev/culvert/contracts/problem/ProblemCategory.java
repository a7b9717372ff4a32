package dev.culvert.contracts.problem;

import java.util.Locale;

/** Kind of a failure; each maps to one general code (requirement X-2). On the wire: the lower-case name. */
public enum ProblemCategory {
    VALIDATION,
    AUTHENTICATION,
    AUTHORIZATION,
    NOT_FOUND,
    CONFLICT,
    RATE_LIMIT,
    SERVER,
    SERVICE_UNAVAILABLE;

    /** The name on the wire, e.g. {@code not_found}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
