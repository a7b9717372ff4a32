package dev.culvert.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local HTTP/1.1 and WebSocket server whose answers a test writes, byte by byte if it must: chunks when the test says so,
 * broken answers, pauses, and it sees when the client goes away. One virtual thread a connection.
 *
 * <pre>{@code
 * origin.on("/v1/chat", exchange -> {
 *     try (OriginExchange.Chunks answer = exchange.stream(200, "text/event-stream")) {
 *         answer.send("data: one\n\n");
 *         secondMayLeave.await();
 *         answer.send("data: two\n\n");
 *     }
 * });
 * }</pre>
 */
public final class TestingOrigin implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TestingOrigin.class);

    /** Answers one request. */
    @FunctionalInterface
    public interface Handler {
        void handle(OriginExchange exchange) throws Exception;
    }

    /** Speaks on one WebSocket until it returns; the connection is closed then. */
    @FunctionalInterface
    public interface WebSocketHandler {
        void handle(OriginWebSocket socket) throws Exception;
    }

    /** What was asked, without the body. Header names are in lower case. */
    public record Request(String method, String target, Map<String, List<String>> headers) {
        /** The path without the query. */
        public String path() {
            int query = target.indexOf('?');
            return query < 0 ? target : target.substring(0, query);
        }

        /** The first value of a header, or an empty text. */
        public String header(String lowerCaseName) {
            return headers.getOrDefault(lowerCaseName, List.of("")).getFirst();
        }
    }

    private final ServerSocket server;
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

    private TestingOrigin() {
        try {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException("The origin did not start", e);
        }
        Thread.ofVirtual().name("testing-origin").start(this::accept);
    }

    public static TestingOrigin start() {
        return new TestingOrigin();
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The address of a path here. */
    public URI uri(String path) {
        return LocalPorts.http(port(), path);
    }

    /** Answers requests of exactly this path; all others get 404. */
    public TestingOrigin on(String path, Handler handler) {
        handlers.put(path, handler);
        return this;
    }

    /** Answers requests of every path that has no handler of its own. */
    public TestingOrigin onAnything(Handler handler) {
        return on("*", handler);
    }

    /** Accepts WebSockets on a path. */
    public TestingOrigin onWebSocket(String path, WebSocketHandler handler) {
        return on(path, exchange -> {
            try (OriginWebSocket socket = exchange.upgrade()) {
                handler.handle(socket);
            }
        });
    }

    /** Every request so far, in the order of arrival. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Connections that are open now. */
    public int openConnections() {
        return connections.size();
    }

    /** Stops listening and cuts every connection. */
    @Override
    public void close() {
        closeQuietly(server);
        connections.forEach(TestingOrigin::closeQuietly);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.add(socket);
                Thread.ofVirtual().name("testing-origin-connection").start(() -> serve(socket));
            } catch (SocketException e) {
                log.atDebug().setCause(e).log("Origin was closed");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
            boolean more = true;
            while (more) {
                Request request = HttpSyntax.readRequest(in);
                if (request == null) {
                    return;
                }
                requests.add(request);
                OriginExchange exchange = new OriginExchange(request, socket, in);
                answer(exchange);
                more = exchange.finish();
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("Connection to origin ended");
        } finally {
            connections.remove(socket);
        }
    }

    private void answer(OriginExchange exchange) throws IOException {
        Handler handler = handlers.getOrDefault(exchange.request().path(), handlers.get("*"));
        try {
            if (handler == null) {
                exchange.respond(
                        404,
                        "text/plain",
                        "The origin has nothing at " + exchange.request().path());
            } else {
                handler.handle(exchange);
            }
        } catch (IOException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.atWarn().setCause(e).log("A handler of the test failed");
            exchange.fail();
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            log.atDebug().setCause(e).log("Not closed");
        }
    }
}
