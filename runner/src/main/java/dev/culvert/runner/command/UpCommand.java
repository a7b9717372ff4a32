package dev.culvert.runner.command;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.HomeLock;
import dev.culvert.runner.home.ProcessState;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.suite.Orphans;
import dev.culvert.runner.suite.ProgressBoard;
import dev.culvert.runner.suite.Suite;
import dev.culvert.runner.suite.SuiteOptions;
import dev.culvert.runner.suite.Summary;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert up}: starts the suite and watches over it until it is stopped. */
@Command(name = "up", description = "Start everything; Ctrl-C stops it.")
final class UpCommand implements Callable<Integer> {

    private static final int INTERRUPTED = 130;

    @Option(names = "--detach", description = "Return when everything is ready; stop it with ./culvert down.")
    private boolean detach;

    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDR",
            description = "Where the gateway listens (default: ${DEFAULT-VALUE}); all else stays on this machine.")
    private String bindAddress = "127.0.0.1";

    @Option(
            names = "--port",
            defaultValue = "8080",
            paramLabel = "N",
            description = "The gateway's port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--kafka-port", paramLabel = "N", description = "Kafka's port (default: 9092 or a free one).")
    private @Nullable Integer kafkaPort;

    @Option(
            names = "--mailbox-port",
            paramLabel = "N",
            description = "The mailbox's port (default: 8025 or a free one).")
    private @Nullable Integer mailboxPort;

    @Option(
            names = "--no-training",
            description = "Do not make the caches that speed up the next start after this one is ready.")
    private boolean noTraining;

    /** The process that {@code --detach} leaves behind: it must not write the password into its log. */
    @Option(names = "--background", hidden = true)
    private boolean background;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Home home = Culvert.home();
        Optional<HomeLock> lock = HomeLock.take(home);
        if (lock.isEmpty()) {
            return alreadyRunning(home);
        }
        if (detach) {
            lock.get().close();
            return new DetachedStart(home, Clock.systemUTC()).run(arguments());
        }
        try (HomeLock _ = lock.get()) {
            return runInForeground(home);
        }
    }

    private static int alreadyRunning(Home home) throws IOException {
        SuiteState state = SuiteState.read(home.stateFile());
        ProcessIdentity runner = state.runner();
        System.out.println("Culvert is already running"
                + (runner == null ? "" : " (process " + runner.pid() + ")")
                + "; ./culvert status shows it, ./culvert down stops it.");
        if (state.phase() == SuiteState.Phase.READY) {
            new Summary(home, System.out).print(state);
        }
        return 0;
    }

    private int runInForeground(Home home) throws IOException, InterruptedException {
        Clock clock = Clock.systemUTC();
        Instant begin = clock.instant();
        stopOrphans(home);
        var options = new SuiteOptions(
                Culvert.sources(), bindAddress, port, optional(kafkaPort), optional(mailboxPort), !noTraining);
        var board = new ProgressBoard(System.out, Culvert.onTerminal(), clock);
        var suite = new Suite(home, options, clock, board, UpCommand::report);
        var interrupted = new AtomicBoolean();
        var over = new CountDownLatch(1);
        var hook = new Thread(() -> stop(suite, interrupted, over), "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        System.out.println("Starting Culvert; data and logs are in " + home.root());
        try {
            suite.start();
        } catch (Refusal e) {
            if (interrupted.get()) {
                return INTERRUPTED; // by the user, who needs no explanation
            }
            throw e;
        }
        Duration taken = Duration.between(begin, clock.instant());
        System.out.println("Culvert is ready after %.1f s.".formatted(taken.toMillis() / 1000.0));
        if (!background) {
            new Summary(home, System.out).print(suite.state());
            System.out.println("Next: ./culvert demo in another terminal. Ctrl-C here stops everything.");
        }
        while (!over.await(1, TimeUnit.MINUTES)) {
            suite.keepLogsSmall();
        }
        return 0;
    }

    private static void stopOrphans(Home home) throws IOException, InterruptedException {
        SuiteState previous = SuiteState.read(home.stateFile());
        List<ProcessState> orphans = Orphans.of(previous);
        if (!orphans.isEmpty()) {
            System.out.println("Stopping %d processes that an ended runner left behind.".formatted(orphans.size()));
            Orphans.stop(previous);
        }
    }

    /** The shutdown hook: the JVM waits for it, then ends. */
    private static void stop(Suite suite, AtomicBoolean interrupted, CountDownLatch over) {
        if (suite.hasEnded()) {
            return; // a start that failed has stopped everything itself
        }
        interrupted.set(true);
        try {
            System.out.println("Stopping Culvert.");
            suite.stop();
            System.out.println("Culvert is stopped.");
        } catch (IOException e) {
            System.err.println("Stopping failed: " + e.getMessage() + "; ./culvert down tries again.");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            over.countDown();
        }
    }

    private static void report(String line) {
        System.out.println(
                LocalTime.now(java.time.ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + " " + line);
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private List<String> arguments() {
        var arguments = new java.util.ArrayList<>(
                List.of("up", "--background", "--bind", bindAddress, "--port", Integer.toString(port)));
        if (kafkaPort != null) {
            arguments.addAll(List.of("--kafka-port", kafkaPort.toString()));
        }
        if (mailboxPort != null) {
            arguments.addAll(List.of("--mailbox-port", mailboxPort.toString()));
        }
        if (noTraining) {
            arguments.add("--no-training");
        }
        return arguments;
    }
}
