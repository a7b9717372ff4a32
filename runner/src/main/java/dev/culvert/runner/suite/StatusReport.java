package dev.culvert.runner.suite;

import dev.culvert.runner.home.ProcessState;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.process.Memory;
import dev.culvert.runner.process.ProcessIdentity;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What {@code culvert status} shows: the recorded state held against the processes that really live.
 *
 * @param gateway its URL, absent while stopped
 */
public record StatusReport(
        String state,
        boolean ready,
        @Nullable String gateway,
        Map<String, Integer> ports,
        List<Row> processes,
        Row total) {

    /** One process; figures are 0 where there is none. */
    public record Row(
            String name,
            String state,
            long pid,
            int port,
            long uptimeSeconds,
            long startMillis,
            long rssBytes,
            int restarts,
            @Nullable String detail) {}

    public static StatusReport of(SuiteState state, Clock clock) throws IOException {
        Instant now = clock.instant();
        var rows = new ArrayList<Row>();
        boolean supervised = state.runnerAlive();
        ProcessIdentity runner = state.runner();
        if (runner != null && supervised) {
            rows.add(row("runner", "ready", 0, runner, Memory::alone, 0, 0, null, now));
        }
        for (ProcessState process : state.processes()) {
            ProcessIdentity identity = process.identity();
            boolean alive = identity != null && identity.isAlive();
            if (identity == null || !alive) {
                String seen = supervised && process.status() != ProcessState.Status.READY
                        ? word(process.status())
                        : supervised ? "ended" : "stopped";
                rows.add(new Row(
                        process.name(), seen, 0, process.port(), 0, 0, 0, process.restarts(), process.detail()));
            } else {
                rows.add(row(
                        process.name(),
                        supervised ? word(process.status()) : "orphaned",
                        process.port(),
                        identity,
                        Memory::withChildren,
                        process.readyMillis(),
                        process.restarts(),
                        process.detail(),
                        now));
            }
        }
        boolean ready = supervised
                && state.phase() == SuiteState.Phase.READY
                && rows.stream()
                        .filter(row -> !row.name().equals(StateBook.TRAINING))
                        .allMatch(row -> row.state().equals("ready"));
        String phase = supervised ? state.phase().name().toLowerCase(Locale.ROOT) : "stopped";
        var total = new Row(
                "total",
                phase,
                0,
                0,
                0,
                0,
                rows.stream().mapToLong(Row::rssBytes).sum(),
                rows.stream().mapToInt(Row::restarts).sum(),
                null);
        return new StatusReport(
                phase, ready, supervised ? Summary.gatewayUrl(state) : null, state.ports(), rows, total);
    }

    private static Row row(
            String name,
            String state,
            int port,
            ProcessIdentity identity,
            ToLongFunction<ProcessHandle> memory,
            long startMillis,
            int restarts,
            @Nullable String detail,
            Instant now) {
        long rss = identity.find().map(memory::applyAsLong).orElse(0L);
        long uptime = Math.max(0, Duration.between(identity.started(), now).toSeconds());
        return new Row(name, state, identity.pid(), port, uptime, startMillis, rss, restarts, detail);
    }

    private static String word(ProcessState.Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    public String asTable() {
        if (processes.isEmpty()) {
            return "Culvert is not running. Start it with ./culvert up.";
        }
        var table = new StringBuilder("%-16s %-11s %8s %6s %10s %8s %9s %9s%n"
                .formatted("NAME", "STATE", "PID", "PORT", "UPTIME", "START", "RSS MB", "RESTARTS"));
        for (Row row : processes) {
            table.append(line(row));
        }
        table.append(line(total));
        table.append(gateway == null ? "" : "Gateway: " + gateway);
        return table.toString();
    }

    private static String line(Row row) {
        return "%-16s %-11s %8s %6s %10s %8s %9d %9d%s%n"
                .formatted(
                        row.name,
                        row.state,
                        row.pid == 0 ? "-" : row.pid,
                        row.port == 0 ? "-" : row.port,
                        row.pid == 0 ? "-" : uptime(row.uptimeSeconds),
                        row.startMillis == 0 ? "-" : "%.1f s".formatted(row.startMillis / 1000.0),
                        row.rssBytes >> 20,
                        row.restarts,
                        row.detail == null ? "" : "  " + row.detail);
    }

    private static String uptime(long seconds) {
        return "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
