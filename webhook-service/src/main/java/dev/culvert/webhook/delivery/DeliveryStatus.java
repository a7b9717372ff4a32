package dev.culvert.webhook.delivery;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where a delivery stands (requirement R10.4). On the wire: the lower-case name. */
enum DeliveryStatus {
    /** Not tried yet. */
    PENDING,
    /** Tried without success, to be tried again. */
    RETRYING,
    /** Accepted by the receiver. */
    DELIVERED,
    /** Given up. */
    FAILED;

    @JsonValue
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
