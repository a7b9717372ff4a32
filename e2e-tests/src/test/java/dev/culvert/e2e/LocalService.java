package dev.culvert.e2e;

import dev.culvert.testing.OriginExchange;
import dev.culvert.testing.OriginWebSocket;
import dev.culvert.testing.TestingOrigin;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What a person runs on a machine of their own; the test decides when each chunk of an answer is written. */
final class LocalService implements AutoCloseable {
    private static final String CHUNKS = "/chunks?type=";

    private final TestingOrigin origin = TestingOrigin.start()
            .on("/hello", exchange -> exchange.respond(200, "text/plain", "hello"))
            .on("/headers", LocalService::answerHeaders)
            .on("/hash", exchange -> exchange.respond(200, "text/plain", hashOf(exchange.body())))
            .on("/chunks", this::streamChunks)
            .on("/endless", this::streamUntilCallerLeaves)
            .onWebSocket("/echo", LocalService::echo);
    private final Semaphore chunksAllowed = new Semaphore(0);
    private final CountDownLatch callerGone = new CountDownLatch(1);

    String url() {
        return "http://127.0.0.1:" + origin.port();
    }

    /** Where a stream of three chunks is. */
    static String chunks(String contentType) {
        return CHUNKS + contentType;
    }

    /** Lets the next chunk of {@link #chunks} be written. */
    void allowChunk() {
        chunksAllowed.release();
    }

    boolean callerIsGoneWithin(Duration longest) throws InterruptedException {
        return callerGone.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        origin.close();
    }

    private void streamChunks(OriginExchange exchange) throws IOException, InterruptedException {
        String contentType = exchange.request().target().substring(CHUNKS.length());
        try (OriginExchange.Chunks answer = exchange.stream(200, contentType)) {
            for (int i = 0; i < 3 && chunksAllowed.tryAcquire(30, TimeUnit.SECONDS); i++) {
                answer.send("chunk " + i + "\n");
            }
        }
    }

    private void streamUntilCallerLeaves(OriginExchange exchange) throws IOException {
        try (OriginExchange.Chunks answer = exchange.stream(200, "text/event-stream")) {
            answer.send("data: tick\n\n");
            if (exchange.awaitClientGone(Duration.ofSeconds(60))) {
                callerGone.countDown();
            }
        }
    }

    private static void echo(OriginWebSocket socket) throws IOException {
        Optional<OriginWebSocket.Message> message = socket.receive();
        while (message.isPresent()) {
            if (message.get().binary()) {
                socket.send(message.get().data());
            } else {
                socket.send(message.get().text());
            }
            message = socket.receive();
        }
    }

    private static void answerHeaders(OriginExchange exchange) throws IOException {
        var text = new StringBuilder();
        exchange.request()
                .headers()
                .forEach((name, values) -> text.append(name)
                        .append(": ")
                        .append(String.join(", ", values))
                        .append('\n'));
        exchange.respond(200, "text/plain", text.toString());
    }

    static String hashOf(InputStream body) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[64 * 1024];
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
