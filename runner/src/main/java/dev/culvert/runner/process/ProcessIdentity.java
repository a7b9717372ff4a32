package dev.culvert.runner.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A process that can be recognised after a restart of the runner or of the machine: a process id alone may by then belong
 * to a stranger.
 */
public record ProcessIdentity(long pid, Instant started) {

    /** The kernel counts in ticks since boot; the boot time it is added to moves a little with clock corrections. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    public static ProcessIdentity of(ProcessHandle handle) {
        return new ProcessIdentity(handle.pid(), handle.info().startInstant().orElse(Instant.EPOCH));
    }

    /** The living process, or empty when it ended, even if its number is in use again. */
    public Optional<ProcessHandle> find() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> isSame(handle.info().startInstant().orElse(Instant.EPOCH)))
                .filter(_ -> !isZombie());
    }

    public boolean isAlive() {
        return find().isPresent();
    }

    private boolean isSame(Instant candidate) {
        return Duration.between(started, candidate).abs().compareTo(TOLERANCE) <= 0;
    }

    /** An orphan whose new parent never collects it (init of many containers) holds nothing but its number. */
    private boolean isZombie() {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        try {
            String line = Files.readString(stat);
            return line.startsWith("Z", line.lastIndexOf(')') + 2);
        } catch (IOException _) {
            return false; // no /proc on this system, or gone meanwhile, which isAlive of the next look tells
        }
    }
}
