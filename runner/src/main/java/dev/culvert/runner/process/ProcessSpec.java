package dev.culvert.runner.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** How to start a process. Output of both kinds goes straight to the log file, so it outlives the runner. */
public record ProcessSpec(List<String> command, Map<String, String> environment, Path directory, Path log) {

    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
