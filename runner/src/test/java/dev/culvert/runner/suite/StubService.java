package dev.culvert.runner.suite;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Stands for a service: packed alone into an executable jar, it answers its readiness at PORT and ends
 * after its start when it is only trained. Where the data folder holds a file {@code broken} it refuses to start.
 */
public final class StubService {

    private StubService() {}

    public static void main(String[] arguments) throws IOException {
        if (Files.exists(Path.of("broken"))) {
            System.err.println("Description:\n\nThe stub was told to be broken.\n");
            System.exit(1);
        }
        int port = Integer.parseInt(System.getenv("PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress(System.getenv("BIND_ADDRESS"), port), 0);
        server.createContext("/health/ready", exchange -> {
            try (exchange) {
                byte[] body = "{\"status\":\"UP\"}".getBytes(StandardCharsets.US_ASCII);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        if ("onRefresh".equals(System.getProperty("spring.context.exit"))) {
            System.exit(0);
        }
    }
}
