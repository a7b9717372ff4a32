package dev.culvert.user.quota;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.contracts.identity.Tier;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Calls of one subject within one window.
 *
 * @param subjectId a user or an API key
 * @param tier plan by which they were counted; absent when the gateway did not tell
 * @param start when the window began
 * @param end when it ends; its calls count no longer then
 * @param allowed calls the subject may make within it
 */
record CountedWindow(
        UUID tenantId,
        SubjectType subjectType,
        UUID subjectId,
        @Nullable String tier,
        Instant start,
        Instant end,
        long used,
        long allowed) {

    /** What is counted, in the words of the API and of events. */
    static final String RESOURCE = "api_requests";

    /** Whether this is what somebody of a plan has; the month of an earlier plan is none of theirs any more. */
    boolean isOf(Tier plan) {
        return tier == null || tier.equals(plan.wireName());
    }

    /** Whose calls are counted. */
    enum SubjectType {
        @JsonProperty("user")
        USER,
        @JsonProperty("api_key")
        API_KEY;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
