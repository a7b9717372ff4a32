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
    /** Years of two digits are of the hundred from here on. */
    private static final LocalDate PIVOT = LocalDate.of(1980, 1, 1);

    private static final List<DateTimeFormatter> FORMS = List.of(
            formatter(new DateTimeFormatterBuilder().appendPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'")),
            formatter(new DateTimeFormatterBuilder().appendPattern("EEE MMM ppd HH:mm:ss uuuu")),
            formatter(new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, PIVOT)
                    .appendPattern(" HH:mm:ss 'GMT'")));

    private HttpDate() {}

    static Optional<Instant> parse(String text) {
        return FORMS.stream().flatMap(form -> parse(form, text).stream()).findFirst();
    }

    private static Optional<Instant> parse(DateTimeFormatter form, String text) {
        try {
            return Optional.of(form.parse(text, Instant::from));
        } catch (DateTimeParseException _) {
            return Optional.empty(); // perhaps it has another form
        }
    }

    private static DateTimeFormatter formatter(DateTimeFormatterBuilder builder) {
        return builder.toFormatter(Locale.US).withZone(ZoneOffset.UTC);
    }
}
