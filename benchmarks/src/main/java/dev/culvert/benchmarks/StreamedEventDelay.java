package dev.culvert.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** How long a server-sent event takes from the local service's write to the caller's read; both clocks are this one. */
final class StreamedEventDelay {
    private static final Duration BETWEEN_EVENTS = Duration.ofMillis(10);
    private static final int WARM_UP_EVENTS = 500;
    private static final String PREFIX = "data: ";

    private StreamedEventDelay() {}

    static void run(Bench bench, int events) throws Exception {
        bench.service().createContext("/events", StreamedEventDelay::stream);
        measure(bench, bench.tunnelled("/events?n=" + WARM_UP_EVENTS));
        System.out.printf("warmed up with %d events%n", WARM_UP_EVENTS);

        report("direct", measure(bench, bench.direct("/events?n=" + events)));
        report("through gateway and tunnel", measure(bench, bench.tunnelled("/events?n=" + events)));
    }

    private static void report(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%-28s %d events, delay p50 %.2f ms, p99 %.2f ms, max %.2f ms%n",
                what, nanos.length, at(nanos, 0.5), at(nanos, 0.99), nanos[nanos.length - 1] / 1e6);
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] / 1e6;
    }

    private static long[] measure(Bench bench, HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = bench.http().send(request.build(), BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("Answer " + answer.statusCode() + ": "
                    + new String(answer.body().readAllBytes(), StandardCharsets.UTF_8));
        }
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.US_ASCII))) {
            return lines.lines()
                    .filter(line -> line.startsWith(PREFIX))
                    .mapToLong(line -> System.nanoTime() - Long.parseLong(line.substring(PREFIX.length())))
                    .toArray();
        }
    }

    private static void stream(HttpExchange exchange) throws IOException {
        int events = Integer.parseInt(exchange.getRequestURI().getQuery().substring("n=".length()));
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            for (int i = 0; i < events; i++) {
                Thread.sleep(BETWEEN_EVENTS);
                body.write((PREFIX + System.nanoTime() + "\n\n").getBytes(StandardCharsets.US_ASCII));
                body.flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
