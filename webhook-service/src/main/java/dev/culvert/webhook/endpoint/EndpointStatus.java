package dev.culvert.webhook.endpoint;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whether an endpoint is sent to. On the wire: the lower-case name. */
public enum EndpointStatus {
    /** Events are recorded and sent. */
    ACTIVE,
    /** Paused by its owner: new events are not recorded, open deliveries wait. */
    PAUSED,
    /** Switched off because the receiver answered 410 Gone; its owner can make it active again. */
    DISABLED;

    /** The name on the wire. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
