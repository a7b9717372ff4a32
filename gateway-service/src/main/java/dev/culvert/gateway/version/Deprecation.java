package dev.culvert.gateway.version;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/**
 * Something that is going away, with the words that say so.
 *
 * @param id names it in {@code /deprecation/migration-guide/{id}}
 * @param path pattern of the paths it concerns
 * @param method HTTP method, all when empty
 * @param since when its end was told
 * @param sunset from when on it is refused
 * @param successor path of what replaces it
 * @param guide what callers have to change
 */
record Deprecation(
        String id,
        String path,
        Optional<String> method,
        LocalDate since,
        LocalDate sunset,
        Optional<String> successor,
        String guide) {

    boolean isOver(Instant now) {
        return !now.isBefore(sunset.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    /**
     * Says it in the headers of an answer: {@code Deprecation} (RFC 9745), {@code Sunset} (RFC 8594), {@code Link} to what
     * replaces it and to the guide, and a {@code Warning} for tools that know only that.
     *
     * @param replacement path that replaces this very request, if it is known better than {@link #successor()}
     */
    void tell(HttpHeaders headers, Optional<String> replacement) {
        headers.set("Deprecation", "@" + since.atStartOfDay(ZoneOffset.UTC).toEpochSecond());
        headers.set("Sunset", sunsetDate());
        headers.set(HttpHeaders.LINK, link(replacement));
        headers.set(HttpHeaders.WARNING, "299 - \"This address is deprecated and ends on " + sunset + "\"");
    }

    /** The refusal once it is over. */
    ProblemException refusal(Optional<String> replacement) {
        return new ProblemException(ProblemCode.GONE, "This address was served until " + sunset + ". " + guide)
                .withHeader("Sunset", sunsetDate())
                .withHeader(HttpHeaders.LINK, link(replacement));
    }

    private String sunsetDate() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(sunset.atStartOfDay(ZoneOffset.UTC));
    }

    private String link(Optional<String> replacement) {
        String guideLink = "<" + guidePath() + ">; rel=\"deprecation\"; type=\"application/json\"";
        return replacement
                .or(() -> successor)
                .map(path -> "<" + path + ">; rel=\"successor-version\", " + guideLink)
                .orElse(guideLink);
    }

    String guidePath() {
        return "/deprecation/migration-guide/" + id;
    }
}
