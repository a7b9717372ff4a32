package dev.culvert.runner.suite;

import dev.culvert.runner.home.Home;
import dev.culvert.runner.process.Launcher;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.process.ProcessSpec;
import dev.culvert.runner.process.Stopper;
import dev.culvert.runner.process.Trainable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the missing ahead-of-time caches while the suite already serves, one service after the other and at the lowest priority,
 * so that nobody waits for them and the next start is faster.
 */
final class AotTraining {

    /** Eight caches of up to 180 MB, and room to write one more. */
    private static final long BYTES_NEEDED = 3L << 30;

    private static final Duration LONGEST_RUN = Duration.ofMinutes(5);

    private final Home home;
    private final List<Trainable> trainables;
    private final Consumer<List<ProcessIdentity>> running;
    private final Consumer<String> report;
    private final Object lock = new Object();

    private boolean stopped;
    private @Nullable Process process;
    private @Nullable Thread thread;

    /**
     * @param running is told which process trains now, so that the next start can end it after a kill of the runner
     * @param report takes one line per finished cache
     */
    AotTraining(
            Home home,
            List<? extends Trainable> trainables,
            Consumer<List<ProcessIdentity>> running,
            Consumer<String> report) {
        this.home = home;
        this.trainables = List.copyOf(trainables);
        this.running = running;
        this.report = report;
    }

    void start() {
        synchronized (lock) {
            thread = Thread.ofVirtual().name("aot-training").start(this::trainAll);
        }
    }

    void stop() throws InterruptedException {
        Process current;
        Thread trainer;
        synchronized (lock) {
            stopped = true;
            current = process;
            trainer = thread;
        }
        if (current != null) {
            Stopper.stop(ProcessIdentity.of(current.toHandle()), Stopper.Signal.TERM, Duration.ofSeconds(2));
        }
        if (trainer != null) {
            trainer.join();
        }
    }

    private void trainAll() {
        try {
            removeOutdated();
            for (Trainable one : trainables) {
                if (Files.getFileStore(home.cache()).getUsableSpace() < BYTES_NEEDED) {
                    report.accept("No caches for a faster start are made: less than 3 GB of disk are left.");
                    return;
                }
                if (!one.cached().stream().allMatch(Files::exists) && !train(one)) {
                    return;
                }
            }
        } catch (IOException e) {
            report.accept("Making caches for a faster start failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.accept(List.of());
        }
    }

    /** Answers false when there is no use in going on. */
    private boolean train(Trainable one) throws IOException, InterruptedException {
        Path unfinished = home.cache().resolve(one.name() + ".unfinished");
        Files.deleteIfExists(unfinished);
        Files.deleteIfExists(one.aotCache()); // of no use without the rest of what is cached
        boolean made = runAll(one.preparation(lowPriority()))
                && run(one.trainingSpec(unfinished, lowPriority()))
                && Files.exists(unfinished);
        if (made) {
            Files.move(unfinished, one.aotCache(), StandardCopyOption.ATOMIC_MOVE);
        } else {
            Files.deleteIfExists(unfinished);
        }
        synchronized (lock) {
            if (stopped) {
                return false;
            }
        }
        if (!made) {
            report.accept("The cache for a faster start of %s could not be made; see %s."
                    .formatted(one.name(), home.log("training")));
        }
        return true;
    }

    private boolean runAll(List<ProcessSpec> specs) throws IOException, InterruptedException {
        for (ProcessSpec spec : specs) {
            if (!run(spec)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it ended well; not when it was stopped. */
    private boolean run(ProcessSpec spec) throws IOException, InterruptedException {
        Process trainee;
        synchronized (lock) {
            if (stopped) {
                return false;
            }
            trainee = new Launcher().start(spec);
            process = trainee;
        }
        running.accept(List.of(ProcessIdentity.of(trainee.toHandle())));
        boolean ended = trainee.waitFor(LONGEST_RUN.toSeconds(), TimeUnit.SECONDS);
        if (!ended) {
            Stopper.stop(ProcessIdentity.of(trainee.toHandle()), Stopper.Signal.TERM, Duration.ofSeconds(2));
        }
        synchronized (lock) {
            process = null;
            return ended && !stopped && trainee.exitValue() == 0;
        }
    }

    private void removeOutdated() throws IOException {
        List<Path> current =
                trainables.stream().flatMap(one -> one.cached().stream()).toList();
        try (Stream<Path> files = Files.list(home.cache())) {
            for (Path file : files.filter(f -> !current.contains(f)).toList()) {
                Home.deleteTree(file);
            }
        }
    }

    private static List<String> lowPriority() {
        var prefix = new ArrayList<String>();
        Launcher.which("nice").ifPresent(nice -> prefix.addAll(List.of(nice.toString(), "-n", "19")));
        Launcher.which("ionice").ifPresent(ionice -> prefix.addAll(List.of(ionice.toString(), "-c", "3")));
        return prefix;
    }
}
