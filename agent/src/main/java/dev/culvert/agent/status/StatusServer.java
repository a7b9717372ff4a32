package dev.culvert.agent.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The status page on the loopback address: {@code /} for people, {@code /status} as JSON, {@code /metrics} for Prometheus.
 * It only ever reads. A name other than the loopback's in Host is refused, so that no web page can read it by giving its
 * own name this address (DNS rebinding).
 */
public final class StatusServer implements AutoCloseable {
    private final AgentStatus status;
    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    private StatusServer(AgentStatus status, HttpServer server) {
        this.status = status;
        this.server = server;
    }

    /**
     * Listens.
     *
     * @param address on the loopback interface; port 0 for any
     */
    public static StatusServer start(AgentStatus status, InetSocketAddress address) throws IOException {
        StatusServer page = new StatusServer(status, HttpServer.create(address, 0));
        page.server.createContext("/", page::answer);
        page.server.setExecutor(page.executor);
        page.server.start();
        return page;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!isLoopback(exchange.getRequestHeaders().getFirst("Host"))) {
                send(exchange, 421, "text/plain", "This page answers to 127.0.0.1, [::1] and localhost only.\n");
                return;
            }
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                send(exchange, 405, "text/plain", "This page can only be read.\n");
                return;
            }
            switch (exchange.getRequestURI().getPath()) {
                case "/" -> send(exchange, 200, "text/html", StatusPage.html(status));
                case "/status" -> send(exchange, 200, "application/json", StatusJson.of(status));
                case "/metrics" -> send(exchange, 200, "text/plain; version=0.0.4", Metrics.of(status));
                default -> send(exchange, 404, "text/plain", "There are /, /status and /metrics here.\n");
            }
        }
    }

    private static boolean isLoopback(@Nullable String host) {
        String name = host == null ? "" : host.replaceFirst(":[0-9]+$", "");
        return name.equals("127.0.0.1") || name.equals("localhost") || name.equals("[::1]");
    }

    private static void send(HttpExchange exchange, int code, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type + (type.contains(";") ? "" : "; charset=utf-8"));
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
