package dev.culvert.runner.suite;

import dev.culvert.runner.home.ProcessState;
import dev.culvert.runner.home.ProcessState.Status;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.process.Supervised;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Keeps the recorded state in step with what happens, in memory and in the state file. */
final class StateBook implements Supervised.Listener {

    static final String TRAINING = "aot-training";

    private final Path file;
    private final Clock clock;
    private final Consumer<String> report;
    private final Map<String, ProcessState> processes = new LinkedHashMap<>();
    private List<ProcessState> training = List.of();
    private SuiteState suite;

    /** @param report takes one line about each unexpected event once the suite was ready */
    StateBook(Path file, SuiteState initial, Clock clock, Consumer<String> report) {
        this.file = file;
        this.suite = initial;
        this.clock = clock;
        this.report = report;
    }

    synchronized void expect(String name, int port) throws IOException {
        processes.put(name, ProcessState.waiting(name, port, clock.instant()));
        write();
    }

    synchronized SuiteState current() {
        return suite;
    }

    synchronized List<ProcessState> processes() {
        return List.copyOf(processes.values());
    }

    synchronized void phase(SuiteState.Phase phase, @Nullable String reason) throws IOException {
        suite = suite.withPhase(phase, reason);
        write();
    }

    synchronized void training(List<ProcessIdentity> identities) {
        Instant now = clock.instant();
        training = identities.stream()
                .map(identity -> new ProcessState(TRAINING, Status.STARTING, 0, identity, now, 0, 0, null))
                .toList();
        writeOrReport();
    }

    @Override
    public void preparing(String name, Instant since) {
        change(
                name,
                old -> new ProcessState(
                        name, Status.STARTING, old.port(), null, since, 0, old.restarts(), old.detail()));
    }

    @Override
    public void starting(String name, ProcessIdentity identity, Instant since) {
        change(
                name,
                old -> new ProcessState(
                        name, Status.STARTING, old.port(), identity, since, 0, old.restarts(), old.detail()));
    }

    @Override
    public void ready(String name, Duration after) {
        ProcessState now = change(
                name,
                old -> new ProcessState(
                        name,
                        Status.READY,
                        old.port(),
                        old.identity(),
                        old.since(),
                        after.toMillis(),
                        old.restarts(),
                        old.detail()));
        if (now.restarts() > 0) {
            report.accept("%s is ready again.".formatted(name));
        }
    }

    @Override
    public void ended(String name, String how, Duration restartIn) {
        change(
                name,
                old -> new ProcessState(
                        name,
                        Status.RESTARTING,
                        old.port(),
                        null,
                        old.since(),
                        0,
                        old.restarts() + 1,
                        how + " at " + clock.instant()));
        report.accept("%s ended (%s); it starts again in %.1f s.".formatted(name, how, restartIn.toMillis() / 1000.0));
    }

    @Override
    public void stopped(String name) {
        change(
                name,
                old -> new ProcessState(
                        name, Status.STOPPED, old.port(), null, old.since(), 0, old.restarts(), old.detail()));
    }

    private synchronized ProcessState change(String name, UnaryOperator<ProcessState> change) {
        ProcessState old = processes.get(name);
        if (old == null) {
            throw new IllegalArgumentException("Not a process of the suite: " + name);
        }
        ProcessState changed = change.apply(old);
        processes.put(name, changed);
        writeOrReport();
        return changed;
    }

    /** A full disk must not stop the supervision itself. */
    private void writeOrReport() {
        try {
            write();
        } catch (IOException e) {
            report.accept("The state could not be written to " + file + ": " + e.getMessage());
        }
    }

    private void write() throws IOException {
        var all = new ArrayList<>(processes.values());
        all.addAll(training);
        suite = suite.withProcesses(all);
        suite.write(file);
    }
}
