package dev.culvert.webhook.endpoint;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Which list of waits the tries of an endpoint follow (requirement X-5). On the wire: the lower-case name. */
public enum RetryPolicy {
    STANDARD,
    EXTENDED;

    /** The name on the wire. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
