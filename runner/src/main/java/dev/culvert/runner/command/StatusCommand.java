package dev.culvert.runner.command;

import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.Json;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.suite.StatusReport;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert status}; exit code 0 while the suite runs, ready or not, and 1 when it does not. */
@Command(name = "status", description = "Show each process: id, port, state, uptime, memory.")
final class StatusCommand implements Callable<Integer> {

    @Option(names = "--json", description = "Print it for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        SuiteState state = Files.isDirectory(Culvert.homeFolder())
                ? SuiteState.read(new Home(Culvert.homeFolder()).stateFile())
                : SuiteState.never();
        StatusReport report = StatusReport.of(state, Clock.systemUTC());
        System.out.println(json ? Json.MAPPER.writeValueAsString(report) : report.asTable());
        return state.runnerAlive() ? 0 : 1;
    }
}
