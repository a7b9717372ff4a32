package dev.culvert.runner.home;

import dev.culvert.runner.process.ProcessIdentity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One process of the suite.
 *
 * @param port the port to reach it at, 0 when it has none
 * @param identity absent while it is not running
 * @param since when this life of it was started
 * @param readyMillis from start to ready, 0 while not ready
 * @param detail what the last unexpected end looked like
 */
public record ProcessState(
        String name,
        Status status,
        int port,
        @Nullable ProcessIdentity identity,
        Instant since,
        long readyMillis,
        int restarts,
        @Nullable String detail) {

    /** Where the process is in its life. */
    public enum Status {
        WAITING,
        STARTING,
        READY,
        RESTARTING,
        FAILED,
        STOPPED
    }

    public static ProcessState waiting(String name, int port, Instant now) {
        return new ProcessState(name, Status.WAITING, port, null, now, 0, 0, null);
    }
}
