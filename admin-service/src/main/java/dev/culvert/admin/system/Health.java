package dev.culvert.admin.system;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a service or a dependency fares (requirement R8.8). On the wire: the lower-case name. */
enum Health {
    HEALTHY,
    /** It answers, but not all it needs is there. */
    DEGRADED,
    DOWN;

    @JsonValue
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Health ofActuatorStatus(String status) {
        return switch (status) {
            case "UP" -> HEALTHY;
            case "DOWN" -> DOWN;
            default -> DEGRADED;
        };
    }
}
