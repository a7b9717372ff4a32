package dev.culvert.gateway.cache;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Dates of headers in the three forms a recipient has to know, to the letter (RFC 9110 §5.6.7). */
final class HttpDate {
    private static final int YEARS_AHEAD = 50;

    private static final List<DateTimeFormatter> FORMS = List.of(
            formatter(new DateTimeFormatterBuilder().appendPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'")),
            formatter(new DateTimeFormatterBuilder().appendPattern("EEE MMM ppd HH:mm:ss uuuu")),
            formatter(new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(
                            ChronoField.YEAR,
                            2,
                            2,
                            LocalDate.now(ZoneOffset.UTC).minusYears(YEARS_AHEAD - 1)) // else it is of the last century
                    .appendPattern(" HH:mm:ss 'GMT'")));

    private HttpDate() {}

    static Optional<Instant> parse(String text) {
        for (DateTimeFormatter form : FORMS) {
            try {
                return Optional.of(form.parse(text, Instant::from));
            } catch (DateTimeParseException _) {
                continue; // perhaps the next one
            }
        }
        return Optional.empty();
    }

    private static DateTimeFormatter formatter(DateTimeFormatterBuilder builder) {
        return builder.toFormatter(Locale.US).withZone(ZoneOffset.UTC);
    }
}
