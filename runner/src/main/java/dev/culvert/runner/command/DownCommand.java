package dev.culvert.runner.command;

import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.process.Stopper;
import dev.culvert.runner.suite.Orphans;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code culvert down}: the runner stops everything in order; what a killed runner left is stopped from here. */
@Command(name = "down", description = "Stop everything, in order.")
final class DownCommand implements Callable<Integer> {

    private static final Duration LONGEST_STOP = Duration.ofSeconds(90);

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isDirectory(Culvert.homeFolder())) {
            System.out.println("Culvert is not running.");
            return 0;
        }
        Home home = Culvert.home();
        SuiteState state = SuiteState.read(home.stateFile());
        ProcessIdentity runner = state.runner();
        boolean supervised = runner != null && runner.isAlive();
        if (!supervised && Orphans.of(state).isEmpty()) {
            System.out.println("Culvert is not running.");
            return 0;
        }
        System.out.println("Stopping Culvert.");
        if (runner != null && supervised) {
            Stopper.stop(runner, Stopper.Signal.TERM, LONGEST_STOP);
        }
        Orphans.stop(SuiteState.read(home.stateFile()));
        System.out.println("Culvert is stopped.");
        return 0;
    }
}
