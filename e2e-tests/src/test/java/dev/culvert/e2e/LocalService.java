package dev.culvert.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What a person runs on a machine of their own; the test decides when each chunk of an answer is written. */
final class LocalService implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore chunksAllowed = new Semaphore(0);
    private final CountDownLatch callerGone = new CountDownLatch(1);

    LocalService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/hello", exchange -> answer(exchange, "hello"));
        server.createContext("/headers", exchange -> answer(exchange, headersOf(exchange)));
        server.createContext("/hash", exchange -> answer(exchange, hashOf(exchange.getRequestBody())));
        server.createContext("/chunks/", this::streamChunks);
        server.createContext("/endless", this::streamUntilCallerLeaves);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Lets the next chunk of a {@code /chunks/} answer be written. */
    void allowChunk() {
        chunksAllowed.release();
    }

    boolean callerIsGoneWithin(long seconds) throws InterruptedException {
        return callerGone.await(seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** {@code /chunks/application/x-ndjson}: the rest of the path is the content type. */
    private void streamChunks(HttpExchange exchange) throws IOException {
        String contentType = exchange.getRequestURI().getPath().substring("/chunks/".length());
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            body.flush(); // the server keeps the headers back until something is written
            for (int i = 0; i < 3 && chunksAllowed.tryAcquire(30, TimeUnit.SECONDS); i++) {
                body.write(("chunk " + i + "\n").getBytes(StandardCharsets.US_ASCII));
                body.flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void streamUntilCallerLeaves(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream body = exchange.getResponseBody();
        try {
            while (true) {
                body.write("data: tick\n\n".getBytes(StandardCharsets.US_ASCII));
                body.flush();
                Thread.sleep(20);
            }
        } catch (IOException _) {
            callerGone.countDown();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private static String headersOf(HttpExchange exchange) {
        var text = new StringBuilder();
        exchange.getRequestHeaders()
                .forEach((name, values) -> text.append(name.toLowerCase(java.util.Locale.ROOT))
                        .append(": ")
                        .append(String.join(", ", values))
                        .append('\n'));
        return text.toString();
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

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
