package dev.culvert.runner.home;

import dev.culvert.runner.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What is known about the running suite, written at every change, so that other commands and the next start know which
 * processes are ours.
 *
 * @param runner the process that supervises, absent before the first start
 * @param reason why the start failed
 */
public record SuiteState(
        @Nullable ProcessIdentity runner,
        Phase phase,
        @Nullable String reason,
        String bindAddress,
        Map<String, Integer> ports,
        List<ProcessState> processes) {

    /** Where the suite is in its life. */
    public enum Phase {
        STARTING,
        READY,
        STOPPING,
        STOPPED,
        FAILED
    }

    public SuiteState {
        ports = Map.copyOf(ports);
        processes = List.copyOf(processes);
    }

    public static SuiteState never() {
        return new SuiteState(null, Phase.STOPPED, null, "127.0.0.1", Map.of(), List.of());
    }

    /** A state file that a crash or an older version left unreadable counts as none: ports are chosen anew. */
    public static SuiteState read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return never();
        }
        try {
            return Json.MAPPER.readValue(Files.readAllBytes(file), SuiteState.class);
        } catch (JacksonException | NullPointerException _) {
            return never();
        }
    }

    public void write(Path file) throws IOException {
        Home.replace(file, Json.MAPPER.writeValueAsBytes(this));
    }

    public boolean runnerAlive() {
        return runner != null && runner.isAlive();
    }

    public int port(String name) {
        Integer port = ports.get(name);
        if (port == null) {
            throw new IllegalArgumentException("No port is recorded for " + name);
        }
        return port;
    }

    public Optional<ProcessState> process(String name) {
        return processes.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    public SuiteState withPhase(Phase phase, @Nullable String reason) {
        return new SuiteState(runner, phase, reason, bindAddress, ports, processes);
    }

    public SuiteState withProcesses(List<ProcessState> processes) {
        return new SuiteState(runner, phase, reason, bindAddress, ports, processes);
    }
}
