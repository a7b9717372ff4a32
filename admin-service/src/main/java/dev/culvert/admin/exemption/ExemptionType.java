package dev.culvert.admin.exemption;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Why calls are exempt (requirement R6.7). */
enum ExemptionType {
    @JsonProperty("critical_operation")
    CRITICAL_OPERATION,
    /** Of administrators alone. */
    @JsonProperty("admin_operation")
    ADMIN_OPERATION,
    @JsonProperty("health_check")
    HEALTH_CHECK,
    @JsonProperty("authentication")
    AUTHENTICATION,
    @JsonProperty("emergency")
    EMERGENCY;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ExemptionType ofWireName(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
