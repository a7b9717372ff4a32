package dev.culvert.gateway.cache;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;

/** Dates of headers in the three forms a recipient has to know, to the letter (RFC 9110 §5.6.7). */
final class HttpDate {
    private static final int YEARS_AHEAD = 50;

    private static final DateTimeFormatter IMF_FIXDATE =
            formatter(new DateTimeFormatterBuilder().appendPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'"));

    private static final DateTimeFormatter ASCTIME =
            formatter(new DateTimeFormatterBuilder().appendPattern("EEE MMM ppd HH:mm:ss uuuu"));

    private HttpDate() {}

    static Optional<Instant> parse(String text) {
        return parse(text, IMF_FIXDATE).or(() -> parse(text, ASCTIME)).or(() -> parse(text, rfc850()));
    }

    private static Optional<Instant> parse(String text, DateTimeFormatter form) {
        try {
            return Optional.of(form.parse(text, Instant::from));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /** A year of two digits that would be more than fifty years ahead is of the last century. */
    private static DateTimeFormatter rfc850() {
        return formatter(new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(
                        ChronoField.YEAR, 2, 2, LocalDate.now(ZoneOffset.UTC).minusYears(YEARS_AHEAD - 1))
                .appendPattern(" HH:mm:ss 'GMT'"));
    }

    private static DateTimeFormatter formatter(DateTimeFormatterBuilder builder) {
        return builder.toFormatter(Locale.US).withZone(ZoneOffset.UTC);
    }
}
