package dev.culvert.runner.process;

import dev.culvert.runner.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps one component running: starts it, waits for readiness, and starts it again when it ends uncalled for. */
public final class Supervised {

    /** What happens to the component; called from its own thread. */
    public interface Listener {

        /** What a start needs is being made; there is no process yet. */
        void preparing(String name, Instant since);

        void starting(String name, ProcessIdentity identity, Instant since);

        void ready(String name, Duration after);

        void ended(String name, String how, Duration restartIn);

        void stopped(String name);
    }

    private static final Duration START_DEADLINE = Duration.ofMinutes(3);
    private static final Duration HEALTHY_AFTER = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int ATTEMPTS_AT_FIRST_START = 3;

    private final Component component;
    private final Launcher launcher;
    private final Listener listener;
    private final Clock clock;
    private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
    private final CountDownLatch stopRequested = new CountDownLatch(1);
    private final Object lock = new Object();

    private @Nullable Process process;
    private @Nullable Thread thread;

    public Supervised(Component component, Launcher launcher, Listener listener, Clock clock) {
        this.component = component;
        this.launcher = launcher;
        this.listener = listener;
        this.clock = clock;
    }

    public Component component() {
        return component;
    }

    /** Completes when it is ready for the first time; fails with a {@link Refusal} when that cannot be reached. */
    public CompletableFuture<Void> start() {
        synchronized (lock) {
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("supervise-" + component.name())
                    .start(this::keepRunning);
        }
        return firstReady;
    }

    /** Ends the process and the supervision; returns when both are over. */
    public void stop() throws InterruptedException {
        stopRequested.countDown();
        Process running;
        Thread supervisor;
        synchronized (lock) {
            running = process;
            supervisor = thread;
        }
        if (running != null) {
            Stopper.stop(ProcessIdentity.of(running.toHandle()), component.stopSignal(), component.stopGrace());
        }
        if (supervisor != null) {
            supervisor.join();
        }
    }

    private void keepRunning() {
        try {
            int failures = 0;
            while (!isStopRequested()) {
                Instant begin = clock.instant();
                String end = attempt(begin);
                if (isStopRequested()) {
                    break;
                }
                Duration lived = Duration.between(begin, clock.instant());
                failures = firstReady.isDone() && lived.compareTo(HEALTHY_AFTER) > 0 ? 1 : failures + 1;
                if (!firstReady.isDone() && failures >= ATTEMPTS_AT_FIRST_START) {
                    throw new Refusal(describeFailure(end));
                }
                Duration pause = pauseAfter(failures);
                listener.ended(component.name(), end, pause);
                pause(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            firstReady.completeExceptionally(new UncheckedIOException(e));
        } catch (RuntimeException e) {
            firstReady.completeExceptionally(e);
        } finally {
            firstReady.completeExceptionally(new Refusal(component.name() + " was stopped before it was ready."));
            listener.stopped(component.name());
        }
    }

    /** Once it was ready, even a start that cannot begin (a full disk, say) is tried again later. */
    private String attempt(Instant begin) throws IOException, InterruptedException {
        try {
            return runOnce(begin);
        } catch (IOException | Refusal e) {
            if (!firstReady.isDone()) {
                throw e;
            }
            return "cannot start: " + e.getMessage();
        }
    }

    /** One life of the process; returns how it ended. */
    private String runOnce(Instant begin) throws IOException, InterruptedException {
        listener.preparing(component.name(), begin);
        component.prepare();
        Process started;
        synchronized (lock) {
            if (isStopRequested()) {
                return "stopped";
            }
            started = launcher.start(component.spec());
            process = started;
        }
        listener.starting(component.name(), ProcessIdentity.of(started.toHandle()), begin);
        if (becomesReady(started, begin)) {
            listener.ready(component.name(), Duration.between(begin, clock.instant()));
            firstReady.complete(null);
            started.waitFor();
        }
        if (started.isAlive() && !isStopRequested()) {
            Stopper.stop(ProcessIdentity.of(started.toHandle()), component.stopSignal(), component.stopGrace());
            return "not ready after " + START_DEADLINE.toMinutes() + " minutes";
        }
        int code = started.waitFor();
        return code > 128 ? "killed by signal " + (code - 128) : "exit code " + code;
    }

    private boolean becomesReady(Process started, Instant begin) throws InterruptedException {
        Instant deadline = begin.plus(START_DEADLINE);
        while (!isStopRequested() && clock.instant().isBefore(deadline)) {
            if (component.isReady()) {
                return true;
            }
            if (started.waitFor(200, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return false;
    }

    private boolean isStopRequested() {
        return stopRequested.getCount() == 0;
    }

    private void pause(Duration pause) throws InterruptedException {
        boolean stopping = stopRequested.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        if (stopping) {
            firstReady.completeExceptionally(new Refusal(component.name() + " was stopped before it was ready."));
        }
    }

    /** 0.5 s, 1 s, 2 s, … up to half a minute. */
    static Duration pauseAfter(int failures) {
        Duration pause = Duration.ofMillis(500).multipliedBy(1L << Math.min(failures - 1, 10));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    private String describeFailure(String end) throws IOException {
        String lines = String.join("\n", LogFile.tail(component.spec().log(), 200));
        String advice = component.adviceFrom(lines);
        return "%s does not start (%s): %s Its log is %s."
                .formatted(component.name(), end, advice, component.spec().log());
    }
}
