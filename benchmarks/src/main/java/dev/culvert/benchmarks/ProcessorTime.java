package dev.culvert.benchmarks;

import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What some processes of the suite and their children have taken of the processors. Unlike the time on the wall it hardly
 * depends on what else the machine does.
 */
final class ProcessorTime {
    private final List<ProcessHandle> processes;

    private ProcessorTime(List<ProcessHandle> processes) {
        this.processes = processes;
    }

    static ProcessorTime of(RunningSuite suite, String... names) throws IOException, InterruptedException {
        Stream.Builder<ProcessHandle> processes = Stream.builder();
        for (String name : names) {
            long pid = suite.process(name).get("pid").asLong();
            processes.add(ProcessHandle.of(pid).orElseThrow());
        }
        return new ProcessorTime(processes.build().toList());
    }

    Duration sinceTheirStart() {
        return processes.stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }
}
