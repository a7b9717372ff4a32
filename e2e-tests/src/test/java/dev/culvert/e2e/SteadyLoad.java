package dev.culvert.e2e;

import dev.culvert.testing.OriginExchange;
import dev.culvert.testing.TestingOrigin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests at a steady rate and long streams, one after the other on each of so many callers, through one tunnel; and the
 * local service that answers them. Every stream is a row of numbers, so what is missing or doubled is seen.
 */
final class SteadyLoad implements AutoCloseable {
    private static final int EVENTS = 60;
    private static final long EVENT_MILLIS = 75;

    private final URI hello;
    private final URI events;
    private final String key;
    private final int requestsPerSecond;
    private final int streams;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final List<Future<?>> running = new ArrayList<>();
    private final CountDownLatch allStream;
    private volatile boolean enough;

    final AtomicInteger answered = new AtomicInteger();
    final AtomicInteger streamed = new AtomicInteger();
    final Queue<String> failed = new ConcurrentLinkedQueue<>();
    final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final Queue<Silence> silences = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inFlight = new AtomicInteger();

    /** Between two events of one stream. */
    private record Silence(long fromNanos, long toNanos) {}

    SteadyLoad(URI gateway, String tunnel, String key, int requestsPerSecond, int streams) {
        this.hello = gateway.resolve("/t/" + tunnel + "/hello");
        this.events = gateway.resolve("/t/" + tunnel + "/events");
        this.key = key;
        this.requestsPerSecond = requestsPerSecond;
        this.streams = streams;
        this.allStream = new CountDownLatch(streams);
    }

    /** What the tunnel leads to. */
    static TestingOrigin localService(AtomicInteger calls) {
        return TestingOrigin.start()
                .on("/hello", exchange -> exchange.respond(200, "text/plain", "hello"))
                .on("/events", exchange -> {
                    calls.incrementAndGet();
                    count(exchange);
                });
    }

    private static void count(OriginExchange exchange) throws IOException, InterruptedException {
        try (OriginExchange.Chunks answer = exchange.stream(200, "text/event-stream")) {
            for (int i = 0; i < EVENTS; i++) {
                answer.send(i + "\n");
                TimeUnit.MILLISECONDS.sleep(EVENT_MILLIS); // what it stands for: a model that thinks
            }
        }
    }

    /** Returns when every caller's stream has begun. */
    void start() throws InterruptedException {
        for (int i = 0; i < streams; i++) {
            running.add(callers.submit(() -> {
                boolean first = true;
                while (!enough) {
                    stream(first);
                    first = false;
                }
                return null;
            }));
        }
        long nanos = TimeUnit.SECONDS.toNanos(1) / requestsPerSecond;
        clock.scheduleAtFixedRate(() -> callers.execute(this::request), nanos, nanos, TimeUnit.NANOSECONDS);
        if (!allStream.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("Not all streams began: " + broken);
        }
    }

    private HttpRequest get(URI address) {
        return HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(30))
                .header("X-API-Key", key)
                .build();
    }

    private void request() {
        inFlight.incrementAndGet();
        try {
            HttpResponse<String> answer = http.send(get(hello), BodyHandlers.ofString());
            if (answer.statusCode() == 200 && answer.body().equals("hello")) {
                answered.incrementAndGet();
            } else {
                failed.add(answer.statusCode() + " " + answer.body());
            }
        } catch (IOException e) {
            failed.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            inFlight.decrementAndGet();
        }
    }

    private void stream(boolean first) throws InterruptedException {
        int expected = 0;
        try {
            HttpResponse<java.io.InputStream> answer = http.send(get(events), BodyHandlers.ofInputStream());
            try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.US_ASCII))) {
                long last = System.nanoTime();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.equals(String.valueOf(expected))) {
                        broken.add(answer.statusCode() + ": '" + line + "' in the place of " + expected);
                        return;
                    }
                    long now = System.nanoTime();
                    silences.add(new Silence(last, now));
                    last = now;
                    if (expected++ == 0 && first) {
                        allStream.countDown();
                    }
                }
            }
            if (expected == EVENTS) {
                streamed.incrementAndGet();
            } else {
                broken.add("ended after " + expected);
            }
        } catch (IOException e) {
            broken.add("broken after " + expected + ": " + e);
        }
    }

    /** Lets what is under way end. */
    void finish() throws Exception {
        enough = true;
        clock.shutdown();
        for (Future<?> caller : running) {
            caller.get(60, TimeUnit.SECONDS);
        }
        org.awaitility.Awaitility.await().until(() -> inFlight.get() == 0);
    }

    /** How long each stream that was under way at a moment was silent around it, shortest first, in milliseconds. */
    List<Long> silencesAround(long momentNanos) {
        return silences.stream()
                .filter(silence -> silence.fromNanos <= momentNanos && silence.toNanos > momentNanos)
                .map(silence -> TimeUnit.NANOSECONDS.toMillis(silence.toNanos - silence.fromNanos))
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        enough = true;
        clock.shutdownNow();
        callers.shutdownNow();
        http.shutdownNow();
    }
}
