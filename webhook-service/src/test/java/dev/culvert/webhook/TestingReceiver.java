package dev.culvert.webhook;

import dev.culvert.testing.OriginExchange;
import dev.culvert.testing.TestingOrigin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A real HTTP server that takes webhooks: it remembers what came and answers as the test says, else 204. */
final class TestingReceiver implements AutoCloseable {
    /** A request as it came. */
    record Received(TestingOrigin.Request request, byte[] body, Instant at) {
        String header(String name) {
            return request.header(name.toLowerCase(Locale.ROOT));
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** What to answer to one request; status 0 is no answer at all. */
    record Answer(int status, String body, Map<String, String> headers) {
        static Answer of(int status) {
            return new Answer(status, "", Map.of());
        }

        static Answer none() {
            return of(0);
        }

        Answer withBody(String text) {
            return new Answer(status, text, headers);
        }

        Answer withHeader(String name, String value) {
            return new Answer(status, body, Map.of(name, value));
        }
    }

    private final TestingOrigin origin = TestingOrigin.start().onAnything(this::take);
    private final List<Received> received = new ArrayList<>();
    private final BlockingQueue<Received> arrivals = new LinkedBlockingQueue<>();
    private volatile List<Answer> answers = List.of(Answer.of(204));

    /** Answers the first request with the first of these, and so on; the last one answers all that follow. */
    TestingReceiver answering(Answer... inOrder) {
        answers = List.of(inOrder);
        return this;
    }

    TestingReceiver answering(Integer... statusesInOrder) {
        return answering(Arrays.stream(statusesInOrder).map(Answer::of).toArray(Answer[]::new));
    }

    String url() {
        return origin.uri("/hook").toString();
    }

    int port() {
        return origin.port();
    }

    /** The next request that nobody asked for yet. */
    Received await() throws InterruptedException {
        Received next = arrivals.poll(120, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("No webhook came within 60 s");
        }
        return next;
    }

    List<Received> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    @Override
    public void close() {
        origin.close();
    }

    private void take(OriginExchange exchange) throws IOException {
        Received request = new Received(exchange.request(), exchange.body().readAllBytes(), Instant.now());
        Answer answer;
        synchronized (received) {
            answer = answers.get(Math.min(received.size(), answers.size() - 1));
            received.add(request);
        }
        arrivals.add(request);
        if (answer.status() == 0) {
            exchange.awaitClientGone(Duration.ofMinutes(2));
        } else {
            exchange.respond(answer.status(), answer.headers(), answer.body().getBytes(StandardCharsets.UTF_8));
        }
    }
}
