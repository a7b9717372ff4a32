package dev.culvert.auth.audit;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which records somebody wants to see; what is null does not restrict.
 *
 * @param accountId whose
 * @param type wire name of the type
 * @param severity wire name of the severity
 * @param from first moment
 * @param to last moment
 */
record AuditFilter(
        @Nullable UUID accountId,
        @Nullable String type,
        @Nullable String severity,
        @Nullable Instant from,
        @Nullable Instant to) {

    /** The query parameters as they were sent. */
    record Parameters(
            @Nullable String eventType,
            @Nullable String severity,
            @Nullable String startDate,
            @Nullable String endDate) {

        /**
         * Reads them: names of types and severities in any case, times as instants or as days.
         *
         * @throws ProblemException VALIDATION_ERROR that names every parameter that cannot be read
         */
        AuditFilter read() {
            List<Violation> violations = new ArrayList<>();
            AuditFilter filter = new AuditFilter(
                    null,
                    word("eventType", eventType, AuditType.values(), violations),
                    word("severity", severity, AuditSeverity.values(), violations),
                    moment("startDate", startDate, 0, violations),
                    moment("endDate", endDate, 1, violations));
            if (!violations.isEmpty()) {
                throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The records asked for cannot be found.")
                        .withViolations(violations);
            }
            return filter;
        }
    }

    AuditFilter ofAccount(@Nullable UUID account) {
        return new AuditFilter(account, type, severity, from, to);
    }

    AuditFilter ofType(AuditType wanted) {
        return new AuditFilter(accountId, wanted.wireName(), severity, from, to);
    }

    private static @Nullable String word(
            String field, @Nullable String sent, Enum<?>[] known, List<Violation> violations) {
        if (sent == null || sent.isEmpty()) {
            return null;
        }
        String word = sent.toLowerCase(Locale.ROOT);
        List<String> words = Arrays.stream(known)
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
        if (!words.contains(word)) {
            violations.add(new Violation(field, "must be one of " + String.join(", ", words)));
        }
        return word;
    }

    /** An instant, or the beginning of a day in UTC; {@code daysLater} makes the end of a day of it. */
    private static @Nullable Instant moment(
            String field, @Nullable String sent, int daysLater, List<Violation> violations) {
        if (sent == null || sent.isEmpty()) {
            return null;
        }
        try {
            return sent.contains("T")
                    ? OffsetDateTime.parse(sent).toInstant()
                    : LocalDate.parse(sent)
                            .plusDays(daysLater)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant();
        } catch (DateTimeException notATime) {
            violations.add(new Violation(field, "must be a day like 2026-01-31 or a time like 2026-01-31T12:00:00Z"));
            return null;
        }
    }
}
