package dev.culvert.tunnel.inspector;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Kept requests as comma-separated values (RFC 4180), a line each. */
final class Spreadsheet {
    private static final String HEAD =
            "started_at,id,method,path,protocol,status,outcome,problem,duration_millis,bytes_in,bytes_out,correlation_id,"
                    + "connection_id,user_id\r\n";

    private Spreadsheet() {}

    static String of(List<CapturedRequest> requests) {
        return requests.stream()
                .map(RequestSummary::of)
                .map(Spreadsheet::line)
                .collect(Collectors.joining("", HEAD, ""));
    }

    private static String line(RequestSummary request) {
        return Stream.<@Nullable Object>of(
                                request.startedAt(),
                                request.id(),
                                request.method(),
                                request.path(),
                                request.protocol(),
                                request.status(),
                                request.outcome(),
                                request.problem(),
                                request.durationMillis(),
                                request.bytesIn(),
                                request.bytesOut(),
                                request.correlationId(),
                                request.connectionId(),
                                request.userId())
                        .map(value -> cell(Objects.toString(value, "")))
                        .collect(Collectors.joining(","))
                + "\r\n";
    }

    /** What callers chose must not become a formula where the file is opened. */
    private static String cell(String value) {
        String harmless = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        return harmless.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? "\"" + harmless.replace("\"", "\"\"") + "\""
                : harmless;
    }
}
