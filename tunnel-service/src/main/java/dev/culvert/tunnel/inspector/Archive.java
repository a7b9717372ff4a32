package dev.culvert.tunnel.inspector;

import dev.culvert.tunnel.session.TrafficMeter.Hops;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Kept requests in the form browsers' tools read and write: HTTP Archive 1.2. Times are milliseconds, -1 means not known. */
final class Archive {
    private static final int NOT_KNOWN = -1;

    private Archive() {}

    /**
     * @param prefix public path of the tunnel, e.g. {@code /t/ollama}
     */
    static Map<String, Object> of(List<CapturedRequest> requests, String prefix, int decodedLimitBytes) {
        // Made one by one as they are written: a hundred unpacked bodies at once would fill the memory.
        Iterable<Object> entries = () -> requests.stream()
                .<Object>map(request -> entry(request, prefix, decodedLimitBytes))
                .iterator();
        return Map.of(
                "log",
                object("version", "1.2", "creator", object("name", "Culvert", "version", "1"), "entries", entries));
    }

    private static Map<String, Object> entry(CapturedRequest captured, String prefix, int decodedLimitBytes) {
        RequestDetail detail = RequestDetail.of(captured, decodedLimitBytes);
        RequestSummary summary = detail.request();
        Hops hops = captured.traffic().course().hops();
        return object(
                "startedDateTime",
                summary.startedAt().toString(),
                "time",
                summary.durationMillis(),
                "request",
                request(detail, prefix),
                "response",
                response(detail),
                "cache",
                Map.of(),
                "timings",
                object(
                        "blocked",
                        millis(hops.checks()),
                        "dns",
                        NOT_KNOWN,
                        "connect",
                        NOT_KNOWN,
                        "send",
                        millis(hops.queue()),
                        "wait",
                        millis(hops.answer()),
                        "receive",
                        millis(hops.body())),
                "_id",
                summary.id(),
                "_outcome",
                summary.outcome(),
                "_correlationId",
                summary.correlationId());
    }

    private static Map<String, Object> request(RequestDetail detail, String prefix) {
        RequestSummary summary = detail.request();
        String host = detail.requestHeaders().stream()
                .filter(header -> header.name().equalsIgnoreCase("host"))
                .map(Header::value)
                .findFirst()
                .orElse("localhost");
        List<Object> query = new ArrayList<>();
        new QueryStringDecoder(summary.path())
                .parameters()
                .forEach((name, values) -> values.forEach(value -> query.add(new Header(name, value))));
        Map<String, Object> request = object(
                "method",
                summary.method(),
                "url",
                "http://" + host + prefix + summary.path(),
                "httpVersion",
                "HTTP/1.1",
                "cookies",
                List.of(),
                "headers",
                detail.requestHeaders(),
                "queryString",
                query,
                "headersSize",
                NOT_KNOWN,
                "bodySize",
                summary.bytesIn());
        if (!detail.requestBody().text().isEmpty()) {
            request.put("postData", content(detail.requestBody()));
        }
        return request;
    }

    private static Map<String, Object> response(RequestDetail detail) {
        RequestSummary summary = detail.request();
        return object(
                "status",
                summary.status(),
                "statusText",
                HttpResponseStatus.valueOf(summary.status()).reasonPhrase(),
                "httpVersion",
                "HTTP/1.1",
                "cookies",
                List.of(),
                "headers",
                detail.responseHeaders(),
                "content",
                content(detail.responseBody()),
                "redirectURL",
                "",
                "headersSize",
                NOT_KNOWN,
                "bodySize",
                summary.bytesOut());
    }

    private static Map<String, Object> content(BodyView body) {
        Map<String, Object> content = object(
                "size",
                body.size(),
                "mimeType",
                Optional.ofNullable(body.mediaType()).orElse("application/octet-stream"));
        if (!body.text().isEmpty()) {
            content.put("text", body.text());
            if (body.encoding().equals("base64")) {
                content.put("encoding", "base64");
            }
        }
        return content;
    }

    private static double millis(Optional<Duration> duration) {
        return duration.map(Archive::millis).orElse((double) NOT_KNOWN);
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }
}
