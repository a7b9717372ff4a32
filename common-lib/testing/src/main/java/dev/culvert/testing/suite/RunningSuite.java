package dev.culvert.testing.suite;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole suite as processes of this machine, started and watched through its own command line. */
public final class RunningSuite implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration COMMAND_DEADLINE = Duration.ofMinutes(8);

    private final List<String> command;
    private final Path data;
    private final Map<String, String> environment;
    private volatile @Nullable JsonNode addresses;

    /**
     * @param command how to run culvert, e.g. {@code ["/home/me/culvert/culvert"]}
     * @param data the suite's data folder
     * @param environment variables for every command
     */
    public RunningSuite(List<String> command, Path data, Map<String, String> environment) {
        this.command = List.copyOf(command);
        this.data = data;
        this.environment = Map.copyOf(environment);
    }

    /** Starts everything and returns when all is ready. */
    public void up(String... options) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("up", "--detach"));
        arguments.addAll(List.of(options));
        addresses = null;
        expectSuccess(run(arguments));
    }

    /** What a command of the suite printed, and how it ended. */
    public record Outcome(List<String> arguments, int exitCode, String output) {}

    /** Runs any culvert command to its end. */
    public Outcome run(List<String> arguments) throws IOException, InterruptedException {
        var line = new ArrayList<>(command);
        line.addAll(arguments);
        Path output = Files.createTempFile("culvert-", ".out");
        var builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("CULVERT_DATA", data.toString());
        Process process = builder.start();
        try {
            if (!process.waitFor(COMMAND_DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(arguments + " did not end: " + Files.readString(output));
            }
            return new Outcome(List.copyOf(arguments), process.exitValue(), Files.readString(output));
        } finally {
            Files.deleteIfExists(output);
        }
    }

    public JsonNode status() throws IOException, InterruptedException {
        return JSON.readTree(expectSuccess(run(List.of("status", "--json"))).output());
    }

    public URI gateway() throws IOException, InterruptedException {
        return URI.create(addresses().get("gateway").asString());
    }

    /** The address of a part by the name {@code status} gives its port. */
    public URI address(String portName) throws IOException, InterruptedException {
        return URI.create(
                "http://127.0.0.1:" + status().get("ports").get(portName).asInt());
    }

    /** Addresses stay as they are while the suite runs, also when a process is started again. */
    private JsonNode addresses() throws IOException, InterruptedException {
        JsonNode known = addresses;
        if (known == null) {
            known = status();
            addresses = known;
        }
        return known;
    }

    public Path data() {
        return data;
    }

    /** The process as {@code status} shows it. */
    public JsonNode process(String name) throws IOException, InterruptedException {
        for (JsonNode process : status().get("processes")) {
            if (process.get("name").asString().equals(name)) {
                return process;
            }
        }
        throw new AssertionError("status names no process " + name);
    }

    /** Ends a process without warning, as {@code kill -9} would. */
    public void kill(String name) throws IOException, InterruptedException {
        long pid = process(name).get("pid").asLong();
        ProcessHandle.of(pid)
                .orElseThrow(() -> new AssertionError(name + " is not running"))
                .destroyForcibly();
    }

    /** Waits until everything is ready again. */
    public void awaitReady(Duration atMost) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        JsonNode status = status();
        while (!status.get("ready").asBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not ready within " + atMost + ": " + status);
            }
            Thread.sleep(Duration.ofMillis(200));
            status = status();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            expectSuccess(run(List.of("down")));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while the suite stopped");
        }
    }

    private static Outcome expectSuccess(Outcome outcome) {
        if (outcome.exitCode() != 0) {
            throw new AssertionError(
                    outcome.arguments() + " ended with " + outcome.exitCode() + ": " + outcome.output());
        }
        return outcome;
    }
}
