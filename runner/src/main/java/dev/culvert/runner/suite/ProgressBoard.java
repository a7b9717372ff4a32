package dev.culvert.runner.suite;

import dev.culvert.runner.home.ProcessState;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One line per process that turns from starting to ready: redrawn in place on a terminal, appended elsewhere. */
public final class ProgressBoard {

    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream out;
    private final boolean terminal;
    private final Clock clock;
    private final Map<String, ProcessState.Status> printed = new HashMap<>();
    private int drawnLines;

    public ProgressBoard(PrintStream out, boolean terminal, Clock clock) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
    }

    public synchronized void show(List<ProcessState> processes) {
        if (terminal) {
            redraw(processes);
        } else {
            appendChanges(processes);
        }
    }

    private void redraw(List<ProcessState> processes) {
        var text = new StringBuilder();
        if (drawnLines > 0) {
            text.append("\u001b[").append(drawnLines).append('A');
        }
        for (ProcessState process : processes) {
            String colour = switch (process.status()) {
                case READY -> GREEN;
                case FAILED, RESTARTING -> RED;
                case WAITING, STARTING, STOPPED -> DIM;
            };
            text.append("\u001b[2K  ")
                    .append(colour)
                    .append(line(process))
                    .append(PLAIN)
                    .append('\n');
        }
        out.print(text);
        out.flush();
        drawnLines = processes.size();
    }

    private void appendChanges(List<ProcessState> processes) {
        for (ProcessState process : processes) {
            ProcessState.Status last = printed.put(process.name(), process.status());
            if (last != process.status() && process.status() != ProcessState.Status.WAITING) {
                out.println("  " + line(process));
            }
        }
        out.flush();
    }

    private String line(ProcessState process) {
        String status = process.status().name().toLowerCase(Locale.ROOT);
        String detail = process.detail() == null ? "" : process.detail();
        return switch (process.status()) {
            case READY -> "%-16s %-10s %5.1f s".formatted(process.name(), status, process.readyMillis() / 1000.0);
            case STARTING -> "%-16s %-10s %5.1f s".formatted(process.name(), status, secondsSince(process));
            case RESTARTING, FAILED -> "%-16s %-10s %s".formatted(process.name(), status, detail);
            case WAITING, STOPPED -> "%-16s %-10s".formatted(process.name(), status);
        };
    }

    private double secondsSince(ProcessState process) {
        return Duration.between(process.since(), clock.instant()).toMillis() / 1000.0;
    }
}
