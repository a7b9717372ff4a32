package dev.culvert.runner.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Resident memory of processes. */
public final class Memory {

    private Memory() {}

    /**
     * Bytes in RAM of the process and what it started. Of child processes only their private memory counts: PostgreSQL's share the buffers of their parent, and
     * adding them up would count those once per connection.
     */
    public static long withChildren(ProcessHandle process) {
        long bytes = alone(process);
        for (ProcessHandle child : process.descendants().toList()) {
            bytes += resident(child.pid(), "RssAnon:");
        }
        return bytes;
    }

    public static long alone(ProcessHandle process) {
        return resident(process.pid(), "VmRSS:");
    }

    private static long resident(long pid, String field) {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try {
            return Files.exists(Path.of("/proc/self/status")) ? fromProc(status, field) : fromPs(pid);
        } catch (IOException _) {
            return 0; // ended meanwhile
        }
    }

    private static long fromProc(Path status, String field) throws IOException {
        List<String> lines = Files.readAllLines(status);
        return lines.stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    private static long fromPs(long pid) throws IOException {
        Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(pid)).start();
        try (BufferedReader reader = ps.inputReader(StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            return line == null ? 0 : Long.parseLong(line.strip()) * 1024;
        }
    }
}
