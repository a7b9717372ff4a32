package dev.culvert.runner.process;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends processes, ours or those a killed runner left behind: first politely, then for certain, with all they started. */
public final class Stopper {

    /** What asks the process to end on its own. PostgreSQL waits for its clients on TERM but not on INT. */
    public enum Signal {
        TERM,
        INT
    }

    private Stopper() {}

    /** Returns once the process and everything it started are gone. */
    public static void stop(ProcessIdentity identity, Signal signal, Duration grace) throws InterruptedException {
        ProcessHandle handle = identity.find().orElse(null);
        if (handle == null) {
            return;
        }
        List<ProcessIdentity> offspring =
                handle.descendants().map(ProcessIdentity::of).toList();
        ask(handle, signal);
        awaitEnd(handle, identity, grace);
        identity.find().ifPresent(ProcessHandle::destroyForcibly);
        awaitEnd(handle, identity, Duration.ofSeconds(5));
        for (ProcessIdentity child : offspring) {
            child.find().ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static void ask(ProcessHandle handle, Signal signal) {
        if (signal == Signal.TERM) {
            handle.destroy();
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + signal.name(), Long.toString(handle.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException _) {
            handle.destroy(); // no kill program: the slower signal does as well
        }
    }

    private static void awaitEnd(ProcessHandle handle, ProcessIdentity identity, Duration atMost)
            throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (identity.isAlive() && System.nanoTime() < deadline) {
            try {
                handle.onExit().get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                // Asked again in short turns: onExit of a process that is not our child misses its turning into a
                // zombie.
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
