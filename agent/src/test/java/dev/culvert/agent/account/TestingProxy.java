package dev.culvert.agent.account;

import com.sun.net.httpserver.HttpServer;
import dev.culvert.agent.connect.HttpProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy that wants a password, and a gateway behind it that no name server knows. */
public final class TestingProxy implements AutoCloseable {
    /** The gateway, reached through the proxy alone. */
    public static final String GATEWAY = "http://gateway.culvert.invalid:8080";

    private final HttpServer server;
    private final List<String> passed = new CopyOnWriteArrayList<>();

    /**
     * @param status of every answer of the gateway
     * @param body of it
     */
    public TestingProxy(int status, String body) throws IOException {
        String right = "Basic " + Base64.getEncoder().encodeToString("me:secret".getBytes(StandardCharsets.UTF_8));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                if (!right.equals(exchange.getRequestHeaders().getFirst("Proxy-Authorization"))) {
                    exchange.getResponseHeaders().set("Proxy-Authenticate", "Basic realm=\"out\"");
                    exchange.sendResponseHeaders(407, -1);
                    return;
                }
                passed.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
    }

    /** With the right password. */
    public String address() {
        return "http://me:secret@127.0.0.1:" + server.getAddress().getPort();
    }

    HttpProxy proxy() {
        return HttpProxy.parse(address());
    }

    /** Method and whole URL of each request that was passed on. */
    public List<String> passed() {
        return passed;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
