package dev.culvert.runner.command;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.process.Jvm;
import dev.culvert.runner.process.Launcher;
import dev.culvert.runner.process.LogFile;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.process.ProcessSpec;
import dev.culvert.runner.process.Stopper;
import dev.culvert.runner.suite.ProgressBoard;
import dev.culvert.runner.suite.Summary;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts the runner in the background and follows its state file until everything is ready or failed. */
final class DetachedStart {

    private static final int RUNNER_HEAP_MEGABYTES = 192;

    private final Home home;
    private final Clock clock;

    DetachedStart(Home home, Clock clock) {
        this.home = home;
        this.clock = clock;
    }

    int run(List<String> arguments) throws IOException, InterruptedException {
        Process runner = new Launcher().start(spec(arguments));
        ProcessIdentity identity = ProcessIdentity.of(runner.toHandle());
        var interrupted = new Thread(() -> stopQuietly(identity), "interrupted-start");
        Runtime.getRuntime().addShutdownHook(interrupted);
        var board = new ProgressBoard(System.out, Culvert.onTerminal(), clock);
        System.out.println("Starting Culvert; data and logs are in " + home.root());
        while (!runner.waitFor(200, TimeUnit.MILLISECONDS)) {
            SuiteState state = SuiteState.read(home.stateFile());
            if (!isOf(runner, state)) {
                continue;
            }
            board.show(state.processes());
            if (state.phase() == SuiteState.Phase.READY) {
                Runtime.getRuntime().removeShutdownHook(interrupted);
                System.out.println("Culvert is ready. ./culvert down stops it.");
                new Summary(home, System.out).print(state);
                return 0;
            }
        }
        Runtime.getRuntime().removeShutdownHook(interrupted);
        throw new Refusal(reason(runner));
    }

    private ProcessSpec spec(List<String> arguments) {
        var command = new ArrayList<>(Jvm.small(RUNNER_HEAP_MEGABYTES));
        command.addAll(List.of("-Dculvert.home=" + Culvert.sources(), "-cp", Jvm.classPath(), Culvert.class.getName()));
        command.addAll(arguments);
        return new ProcessSpec(command, Map.of("MALLOC_ARENA_MAX", "2"), home.root(), home.log("runner"));
    }

    private String reason(Process runner) throws IOException {
        SuiteState state = SuiteState.read(home.stateFile());
        String reason = state.reason();
        if (isOf(runner, state) && reason != null) {
            return reason;
        }
        List<String> lines = LogFile.tail(home.log("runner"), 1);
        return lines.isEmpty() ? "The start failed; see " + home.log("runner") + "." : lines.getFirst();
    }

    private static boolean isOf(Process runner, SuiteState state) {
        return state.runner() != null && state.runner().pid() == runner.pid();
    }

    private static void stopQuietly(ProcessIdentity identity) {
        try {
            Stopper.stop(identity, Stopper.Signal.TERM, Duration.ofSeconds(90));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
