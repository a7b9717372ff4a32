package dev.culvert.runner.suite;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Stands for a service: packed alone into an executable jar, it lets itself be extracted, answers its readiness at PORT and ends
 * after its start when it is only trained. Where the data folder holds a file {@code broken} it refuses to start.
 */
public final class StubService {

    private StubService() {}

    public static void main(String[] arguments) throws IOException {
        if ("tools".equals(System.getProperty("jarmode"))) {
            extract(Path.of(arguments[2]));
            return;
        }
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

    private static void extract(Path destination) throws IOException {
        Path jar = Path.of(System.getProperty("java.class.path"));
        Files.createDirectories(destination);
        Files.copy(jar, destination.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
}
