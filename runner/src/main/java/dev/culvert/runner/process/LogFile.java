package dev.culvert.runner.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A process's log file, kept from growing without end: the last one is set aside once it is large. */
public final class LogFile {

    private static final long ROTATE_AT_BYTES = 10L << 20;
    private static final int TAIL_BYTES = 256 << 10;

    private LogFile() {}

    /** Before a start: a large log becomes {@code <name>.log.1}, replacing the one before it. */
    static void rotate(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > ROTATE_AT_BYTES) {
            Files.move(log, previous(log), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** While the process runs: it appends, so emptying the file under it loses only lines written during the copy. */
    public static void truncateIfLarge(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > 4 * ROTATE_AT_BYTES) {
            Files.copy(log, previous(log), StandardCopyOption.REPLACE_EXISTING);
            try (var channel = Files.newByteChannel(log, StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
        }
    }

    /** The last lines, oldest first. */
    public static List<String> tail(Path log, int lines) throws IOException {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (var channel = Files.newByteChannel(log)) {
            channel.position(Math.max(0, channel.size() - TAIL_BYTES));
            var text = new String(
                    java.nio.channels.Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            List<String> all = text.lines().toList();
            return all.subList(Math.max(0, all.size() - lines), all.size());
        }
    }

    private static Path previous(Path log) {
        return log.resolveSibling(log.getFileName() + ".1");
    }
}
