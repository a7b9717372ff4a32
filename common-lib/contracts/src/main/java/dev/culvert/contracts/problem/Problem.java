package dev.culvert.contracts.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Error body of every service, {@code application/problem+json} (RFC 9457) with the {@code error} member of requirement
 * X-2, so that clients of either tradition can read it.
 *
 * @param type reference of the code's page
 * @param title the code's title
 * @param status HTTP status
 * @param detail what happened here and what to do next; never an exception's text
 * @param instance path of the request, without query
 * @param code the specific code
 * @param category wire name of the category
 * @param requestId the correlation id
 * @param timestamp when the failure was answered
 * @param suggestion what to do next
 * @param errors refused fields, empty unless the request was not valid
 * @param error the same facts in the shape of the older tradition
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        String code,
        String category,
        String requestId,
        Instant timestamp,
        String suggestion,
        List<Violation> errors,
        ErrorMember error) {

    /** Media type of the body. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** The {@code error} member of requirement X-2. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record ErrorMember(
            String code,
            String category,
            String message,
            int statusCode,
            String suggestion,
            String correlationId,
            @JsonProperty("request_id") String requestId,
            Instant timestamp,
            @Nullable Details details) {}

    /**
     * Details of a refusal.
     *
     * @param field the refused field when there is just one
     * @param reason why it was refused
     * @param violations all refused fields when there are several
     * @param alias the word an older client knows for the code, e.g. {@code TUNNEL_EXISTS}
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Details(
            @Nullable String field,
            @Nullable String reason,
            List<Violation> violations,
            @Nullable String alias) {}

    /** Builds the body; {@code alias} may be null. */
    public static Problem of(
            ProblemCode code,
            String detail,
            String instance,
            String requestId,
            Instant now,
            List<Violation> violations,
            @Nullable String alias) {
        String category = code.category().wireName();
        return new Problem(
                code.type(),
                code.title(),
                code.status(),
                detail,
                instance,
                code.name(),
                category,
                requestId,
                now,
                code.suggestion(),
                List.copyOf(violations),
                new ErrorMember(
                        code.name(),
                        category,
                        detail,
                        code.status(),
                        code.suggestion(),
                        requestId,
                        requestId,
                        now,
                        details(violations, alias)));
    }

    private static @Nullable Details details(List<Violation> violations, @Nullable String alias) {
        if (violations.isEmpty() && alias == null) {
            return null;
        }
        Violation only = violations.size() == 1 ? violations.getFirst() : null;
        return new Details(
                only == null ? null : only.field(),
                only == null ? null : only.reason(),
                violations.size() > 1 ? List.copyOf(violations) : List.of(),
                alias);
    }
}
