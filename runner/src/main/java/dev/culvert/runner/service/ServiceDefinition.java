package dev.culvert.runner.service;

import dev.culvert.runner.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One of the seven services.
 *
 * @param port the name its port is recorded under
 * @param schema its PostgreSQL schema; the gateway has none
 * @param dataPort the name of a second port for streamed traffic
 */
public record ServiceDefinition(
        String name, String port, Optional<String> schema, Optional<String> dataPort, int heapMegabytes) {

    public static final ServiceDefinition GATEWAY =
            new ServiceDefinition("gateway-service", "gateway", Optional.empty(), Optional.empty(), 160);

    public static final List<ServiceDefinition> ALL = List.of(
            GATEWAY,
            control("auth-service", "auth", "auth"),
            control("user-service", "user", "users"),
            // Netty may take as much outside the heap, and half of that is what open streams may hold: 128 KB each.
            streaming("tunnel-service", "tunnel", "tunnel", 192),
            streaming("proxy-service", "proxy", "proxy", 128),
            control("webhook-service", "webhook", "webhook"),
            control("admin-service", "admin", "admin"));

    private static ServiceDefinition control(String name, String port, String schema) {
        return new ServiceDefinition(name, port, Optional.of(schema), Optional.empty(), 128);
    }

    private static ServiceDefinition streaming(String name, String port, String schema, int heapMegabytes) {
        return new ServiceDefinition(name, port, Optional.of(schema), Optional.of(port + "-data"), heapMegabytes);
    }

    /** The executable jar that the build left in the service's folder. */
    public Path builtJar(Path sources) throws IOException {
        Path target = sources.resolve(name).resolve("target");
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                Optional<Path> jar = files.filter(this::isServiceJar).findFirst();
                if (jar.isPresent()) {
                    return jar.get();
                }
            }
        }
        throw new Refusal(name + " is not built: run ./culvert up, which builds what is missing.");
    }

    private boolean isServiceJar(Path file) {
        String fileName = file.getFileName().toString();
        return fileName.startsWith(name + "-") && fileName.endsWith(".jar") && !fileName.contains("-sources");
    }
}
