package dev.culvert.tunnel.history;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** UTC days somebody asks about, both ends included. */
record DateRange(LocalDate from, LocalDate to) {
    private static final int DEFAULT_DAYS = 30;

    /** The days asked for; without an end until today, without a beginning 30 days, or fewer where so many are not told. */
    static DateRange of(Optional<LocalDate> from, Optional<LocalDate> to, int maxDays, Clock clock) {
        LocalDate last = to.orElseGet(() -> LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
        LocalDate first = from.orElseGet(() -> last.minusDays(DEFAULT_DAYS - 1));
        if (first.isAfter(last) || first.plusDays(maxDays).isBefore(last.plusDays(1))) {
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR,
                            "Ask for at most " + maxDays + " days, the first not after the last.")
                    .withViolations(List.of(new Violation(
                            "from", "must be at most " + (maxDays - 1) + " days before 'to', and not after")));
        }
        return new DateRange(first, last);
    }

    /** As many days right before these. */
    DateRange before() {
        long days = to.toEpochDay() - from.toEpochDay() + 1;
        return new DateRange(from.minusDays(days), from.minusDays(1));
    }
}
