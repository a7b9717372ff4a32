package dev.culvert.admin.limit;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Whose calls a limit counts together. */
public enum LimitSubject {
    @JsonProperty("user")
    USER,
    @JsonProperty("tenant")
    TENANT,
    @JsonProperty("address")
    ADDRESS;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static LimitSubject ofWireName(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
