package dev.culvert.gateway.ratelimit;

import dev.culvert.testing.LocalPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.util.FileSystemUtils;
import redis.embedded.RedisServer;

/** A real Redis that writes down what it is told, as the suite's own does; can be killed like {@code kill -9}. */
final class DurableRedis implements AutoCloseable {
    private final int port = LocalPorts.free();
    private final Path directory;
    private final RedisServer server;
    private ProcessHandle process;

    DurableRedis() throws IOException {
        directory = Files.createTempDirectory("culvert-durable-redis");
        server = RedisServer.builder()
                .port(port)
                .bind("127.0.0.1")
                .setting("appendonly yes")
                .setting("appendfsync everysec")
                .setting("dir " + directory)
                .build();
        process = started();
    }

    static DurableRedis start() {
        try {
            return new DurableRedis();
        } catch (IOException e) {
            throw new UncheckedIOException("Redis did not start", e);
        }
    }

    private ProcessHandle started() throws IOException {
        Set<Long> before = children();
        server.start();
        long pid = children().stream()
                .filter(child -> !before.contains(child))
                .findFirst()
                .orElseThrow();
        return ProcessHandle.of(pid).orElseThrow();
    }

    private static Set<Long> children() {
        return ProcessHandle.current().descendants().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    void restart() {
        try {
            server.stop();
            process = started();
        } catch (IOException e) {
            throw new UncheckedIOException("Redis did not start again", e);
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
            FileSystemUtils.deleteRecursively(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("Redis did not stop", e);
        }
    }
}
