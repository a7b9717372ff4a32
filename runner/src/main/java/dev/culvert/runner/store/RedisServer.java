package dev.culvert.runner.store;

import dev.culvert.runner.home.Home;
import dev.culvert.runner.process.Component;
import dev.culvert.runner.process.ProcessSpec;
import dev.culvert.runner.process.Stopper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Redis with its append-only file on. Every write reaches the kernel before its answer, so a killed Redis loses nothing; a
 * machine that loses power may lose the last second.
 */
public final class RedisServer implements Component {

    private static final int TIMEOUT_MILLIS = 1000;

    private final Home home;
    private final int port;
    private final String password;
    private final Programs programs;

    public RedisServer(Home home, int port, String password) {
        this.home = home;
        this.port = port;
        this.password = password;
        this.programs = new Programs(home.programs());
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public int port() {
        return port;
    }

    /** The password is in a file of ours and not on the command line, which every user of the machine can read. */
    @Override
    public void prepare() throws IOException {
        Files.createDirectories(home.redis());
        Home.replace(
                configuration(), """
                bind 127.0.0.1
                port %d
                protected-mode yes
                requirepass %s
                dir "%s"
                appendonly yes
                appendfsync everysec
                aof-load-truncated yes
                save ""
                maxmemory 256mb
                maxmemory-policy noeviction
                daemonize no
                """.formatted(port, password, home.redis()).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public ProcessSpec spec() {
        try {
            return new ProcessSpec(
                    List.of(programs.redisServer().toString(), configuration().toString()),
                    Map.of(),
                    home.root(),
                    home.log(name()));
        } catch (IOException e) {
            throw new IllegalStateException("Cannot unpack Redis", e);
        }
    }

    private Path configuration() {
        return home.redis().resolve("redis.conf");
    }

    @Override
    public boolean isReady() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(("AUTH " + password + "\r\nPING\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            String expected = "+OK\r\n+PONG\r\n"; // while loading its data it answers -LOADING
            byte[] answer = socket.getInputStream().readNBytes(expected.length());
            return new String(answer, StandardCharsets.US_ASCII).equals(expected);
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public Stopper.Signal stopSignal() {
        return Stopper.Signal.TERM;
    }

    @Override
    public Duration stopGrace() {
        return Duration.ofSeconds(10);
    }

    @Override
    public String adviceFrom(String lastLogLines) {
        if (lastLogLines.contains("No space left on device")) {
            return "the disk is full: free some space and start again.";
        }
        if (lastLogLines.contains("Bad file format reading the append only file")) {
            return "its append-only file in %s is damaged: repair it with redis-check-aof, or move that folder away (limits and"
                            .formatted(home.redis())
                    + " caches start empty, nothing else is kept there).";
        }
        return "see its log.";
    }
}
