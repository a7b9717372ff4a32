package dev.culvert.tunnel.usage;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Length of the periods in which use is told; all in UTC, weeks from Monday on. */
public enum Granularity {
    HOUR(90),
    DAY(366),
    WEEK(731),
    MONTH(731);

    private final int maxDays;

    Granularity(int maxDays) {
        this.maxDays = maxDays;
    }

    /** Most days one answer covers. */
    public int maxDays() {
        return maxDays;
    }

    /** End of the period that begins at a time, which is the beginning of the next. */
    public Instant end(Instant beginning) {
        LocalDateTime time = LocalDateTime.ofInstant(beginning, ZoneOffset.UTC);
        LocalDateTime end = switch (this) {
            case HOUR -> time.plusHours(1);
            case DAY -> time.plusDays(1);
            case WEEK -> time.plusWeeks(1);
            case MONTH -> time.plusMonths(1);
        };
        return end.toInstant(ZoneOffset.UTC);
    }
}
