package dev.culvert.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An OpenAI-compatible server ({@code GET /v1/models}, {@code POST /v1/chat/completions}) that also understands Ollama's
 * {@code POST /api/chat}. Streams token by token and stops when the client goes away.
 */
public final class SampleModelServer implements AutoCloseable {

    private static final int LARGEST_REQUEST_BYTES = 1 << 20;

    private final JsonMapper json = new JsonMapper();
    private final Clock clock = Clock.systemUTC();
    private final Duration pause;
    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong abandoned = new AtomicLong();
    private volatile Instant lastAbandoned = Instant.EPOCH;

    /**
     * Listens on the loopback address.
     *
     * @param port 0 for any
     * @param pause between two tokens
     */
    public SampleModelServer(int port, Duration pause) throws IOException {
        this.pause = pause;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::answer);
        server.setExecutor(executor);
        server.start();
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = 11435;
        long pauseMillis = 40;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "--port" -> port = Integer.parseInt(arguments[i + 1]);
                case "--pause-millis" -> pauseMillis = Long.parseLong(arguments[i + 1]);
                default -> throw new IllegalArgumentException("Usage: [--port N] [--pause-millis N]");
            }
        }
        var server = new SampleModelServer(port, Duration.ofMillis(pauseMillis));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "close"));
        System.out.println("Sample model server listens on http://127.0.0.1:" + server.port());
        server.closed.await();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** How many answers were broken off because their client went away. */
    public long abandonedAnswers() {
        return abandoned.get();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        executor.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String call =
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
            switch (call) {
                case "GET /" -> send(exchange, 200, json.createObjectNode().put("status", "ok"));
                case "GET /v1/models" -> send(exchange, 200, models());
                case "GET /api/tags" -> send(exchange, 200, tags());
                case "GET /sample/abandoned" -> send(exchange, 200, abandonedSoFar());
                case "POST /v1/chat/completions" -> completions(exchange);
                case "POST /api/chat" -> ollamaChat(exchange);
                default -> sendError(exchange, 404, "There is no " + call + " here.");
            }
        } catch (ClientGone _) {
            lastAbandoned = clock.instant();
            abandoned.incrementAndGet();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the server stops
        }
    }

    private ObjectNode models() {
        ObjectNode body = json.createObjectNode().put("object", "list");
        body.putArray("data")
                .addObject()
                .put("id", SampleModel.NAME)
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", "culvert");
        return body;
    }

    /** For whoever wants to know how fast an abort travels; times are seconds since 1970. */
    private ObjectNode abandonedSoFar() {
        return json.createObjectNode()
                .put("abandoned", abandoned.get())
                .put("lastAbandonedAt", lastAbandoned.toEpochMilli() / 1000.0);
    }

    private ObjectNode tags() {
        ObjectNode body = json.createObjectNode();
        body.putArray("models").addObject().put("name", SampleModel.NAME).put("model", SampleModel.NAME);
        return body;
    }

    private void completions(HttpExchange exchange) throws IOException, InterruptedException {
        JsonNode request = readRequest(exchange);
        if (!request.path("messages").isArray()) {
            sendError(exchange, 400, "The body must be JSON with a list of messages.");
            return;
        }
        String prompt = lastUserMessage(request);
        List<String> tokens = SampleModel.answer(prompt);
        String id = "chatcmpl-" + UUID.randomUUID();
        if (request.path("stream").asBoolean(false)) {
            boolean withUsage =
                    request.path("stream_options").path("include_usage").asBoolean(false);
            streamCompletion(exchange, id, prompt, tokens, withUsage);
        } else {
            ObjectNode body = completion(id, "chat.completion");
            ObjectNode choice =
                    body.putArray("choices").addObject().put("index", 0).put("finish_reason", "stop");
            choice.putObject("message").put("role", "assistant").put("content", String.join("", tokens));
            body.set("usage", usage(prompt, tokens));
            send(exchange, 200, body);
        }
    }

    /** Server-sent events: a chunk that names the role, one per token, one with the reason of the end, {@code [DONE]}. */
    private void streamCompletion(
            HttpExchange exchange, String id, String prompt, List<String> tokens, boolean withUsage)
            throws IOException, InterruptedException {
        OutputStream out = beginStream(exchange, "text/event-stream");
        writeEvent(
                out, chunk(id, json.createObjectNode().put("role", "assistant").put("content", ""), false));
        for (String token : tokens) {
            pauseBetweenTokens();
            writeEvent(out, chunk(id, json.createObjectNode().put("content", token), false));
        }
        writeEvent(out, chunk(id, json.createObjectNode(), true));
        if (withUsage) {
            ObjectNode last = completion(id, "chat.completion.chunk");
            last.putArray("choices");
            last.set("usage", usage(prompt, tokens));
            writeEvent(out, last);
        }
        write(out, "data: [DONE]\n\n");
    }

    private ObjectNode chunk(String id, ObjectNode delta, boolean last) {
        ObjectNode body = completion(id, "chat.completion.chunk");
        ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        if (last) {
            choice.put("finish_reason", "stop");
        } else {
            choice.putNull("finish_reason");
        }
        return body;
    }

    private ObjectNode completion(String id, String object) {
        return json.createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", clock.instant().getEpochSecond())
                .put("model", SampleModel.NAME);
    }

    private ObjectNode usage(String prompt, List<String> tokens) {
        int before = SampleModel.countTokens(prompt);
        return json.createObjectNode()
                .put("prompt_tokens", before)
                .put("completion_tokens", tokens.size())
                .put("total_tokens", before + tokens.size());
    }

    /** Ollama streams unless told not to, one JSON object a line. */
    private void ollamaChat(HttpExchange exchange) throws IOException, InterruptedException {
        JsonNode request = readRequest(exchange);
        if (!request.path("messages").isArray()) {
            sendError(exchange, 400, "The body must be JSON with a list of messages.");
            return;
        }
        List<String> tokens = SampleModel.answer(lastUserMessage(request));
        if (!request.path("stream").asBoolean(true)) {
            send(exchange, 200, ollamaLine(String.join("", tokens), true, tokens.size()));
            return;
        }
        OutputStream out = beginStream(exchange, "application/x-ndjson");
        for (String token : tokens) {
            pauseBetweenTokens();
            write(out, ollamaLine(token, false, 0) + "\n");
        }
        write(out, ollamaLine("", true, tokens.size()) + "\n");
    }

    private ObjectNode ollamaLine(String content, boolean done, int tokens) {
        ObjectNode line = json.createObjectNode()
                .put("model", SampleModel.NAME)
                .put("created_at", clock.instant().toString());
        line.putObject("message").put("role", "assistant").put("content", content);
        line.put("done", done);
        if (done) {
            line.put("done_reason", "stop").put("eval_count", tokens);
        }
        return line;
    }

    private void pauseBetweenTokens() throws InterruptedException {
        if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("The server is closed");
        }
    }

    private JsonNode readRequest(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_REQUEST_BYTES);
        try {
            return json.readTree(body);
        } catch (JacksonException _) {
            return json.createObjectNode(); // answered as a request without messages
        }
    }

    private static String lastUserMessage(JsonNode request) {
        String text = "";
        for (JsonNode message : request.path("messages")) {
            if (message.path("role").asString("").equals("user")) {
                text = contentOf(message.path("content"));
            }
        }
        return text;
    }

    /** Content is text, or a list of parts of which the texts count. */
    private static String contentOf(JsonNode content) {
        if (!content.isArray()) {
            return content.asString("");
        }
        var text = new StringBuilder();
        for (JsonNode part : content) {
            text.append(part.path("text").asString(""));
        }
        return text.toString();
    }

    private static OutputStream beginStream(HttpExchange exchange, String type) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private void writeEvent(OutputStream out, ObjectNode event) throws IOException {
        write(out, "data: " + json.writeValueAsString(event) + "\n\n");
    }

    private static void write(OutputStream out, String text) throws ClientGone {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }

    private void sendError(HttpExchange exchange, int status, String message) throws IOException {
        ObjectNode body = json.createObjectNode();
        body.set("error", json.valueToTree(Map.of("message", message, "type", "invalid_request_error")));
        send(exchange, status, body);
    }

    private void send(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        byte[] bytes = json.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** The client closed its connection: nobody reads the rest of the answer. */
    private static final class ClientGone extends IOException {

        ClientGone(IOException cause) {
            super(cause);
        }
    }
}
