package dev.culvert.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import redis.embedded.RedisServer;

/** A real Redis 7 on a free port, empty at each start. The {@linkplain #shared() shared} one must not be stopped. */
public final class TestingRedis implements AutoCloseable {

    private final String host;
    private final int port;
    private final Optional<RedisServer> process;

    private TestingRedis(String host, int port, Optional<RedisServer> process) {
        this.host = host;
        this.port = port;
        this.process = process;
    }

    public static TestingRedis shared() {
        return Shared.INSTANCE;
    }

    /** A server of one's own, for tests that take it away. Always a local process, never a container. */
    public static TestingRedis start() {
        int port = LocalPorts.free();
        try {
            Path directory = Files.createTempDirectory("culvert-redis");
            RedisServer server = RedisServer.builder()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("appendonly no")
                    .setting("dir " + directory)
                    .build();
            server.start();
            TemporaryDirectory.atExit(server::stop, directory);
            return new TestingRedis("127.0.0.1", port, Optional.of(server));
        } catch (IOException e) {
            throw new UncheckedIOException("Redis did not start", e);
        }
    }

    public String url() {
        return "redis://" + host + ":" + port;
    }

    /** Takes the server away; {@link #restart()} brings it back, empty, on the same port. */
    public void stop() {
        process.ifPresent(RedisServer::stop);
    }

    public void restart() {
        process.ifPresent(RedisServer::start);
    }

    @Override
    public void close() {
        stop();
    }

    private static final class Shared {
        static final TestingRedis INSTANCE = TestingContainers.wanted()
                ? TestingContainers.redis((host, port) -> new TestingRedis(host, port, Optional.empty()))
                : start();
    }
}
