package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.gateway.Program;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What some programs take of the processors from now on. */
final class ProcessorTimes {
    private final Map<String, Program> programs;
    private final Map<String, Duration> before;

    private ProcessorTimes(Map<String, Program> programs) {
        this.programs = new TreeMap<>(programs);
        this.before = now();
    }

    /** @param programs by their names for the table */
    static ProcessorTimes from(Map<String, Program> programs) {
        return new ProcessorTimes(programs);
    }

    /** In microseconds for each of so many, as {@code agent 69, tunnel-service 248}. */
    String forEach(int count) {
        Map<String, Duration> after = now();
        return programs.keySet().stream()
                .map(name -> "%s %.0f"
                        .formatted(
                                name,
                                after.getOrDefault(name, Duration.ZERO)
                                                .minus(before.getOrDefault(name, Duration.ZERO))
                                                .toNanos()
                                        / 1e3
                                        / Math.max(1, count)))
                .collect(Collectors.joining(", "));
    }

    private Map<String, Duration> now() {
        return programs.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, program -> program.getValue().processorTime()));
    }
}
