package dev.culvert.agent.cli;

import dev.culvert.agent.cli.AgentOutput.Notice;
import dev.culvert.agent.config.AgentConfig;
import dev.culvert.agent.config.ConfigException;
import dev.culvert.agent.config.ConfigFile;
import dev.culvert.agent.running.ConfigWatch;
import dev.culvert.agent.running.RunningAgents;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code culvert agent run}: all tunnels of a configuration file, which may be changed while they run. */
@Command(
        name = "run",
        description = "Serves the tunnels of a configuration file, and follows its changes.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RunCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Mixin
    ConfigOption config = new ConfigOption();

    @Override
    public Integer call() throws InterruptedException {
        AgentOutput output = common.output(true);
        ConfigFile file = config.file(common);
        try {
            AgentConfig read = file.read();
            String key = common.key(read.keyFile());
            Foreground foreground = new Foreground(output);
            try (ConfigWatch _ = new ConfigWatch(file, read, new Reload(foreground.agents(), output))) {
                return foreground.run(read.tunnels(), key, read.status());
            }
        } catch (ConfigException e) {
            output.say(Notice.FAILED, file.path() + ": " + e.getMessage());
            return ExitCode.USAGE;
        } catch (IOException e) {
            output.say(Notice.FAILED, file.path() + " cannot be watched for changes: " + e.getMessage());
            return ExitCode.FAILED;
        } catch (CommandFailure e) {
            output.say(Notice.FAILED, e.sentence());
            return e.exitCode();
        }
    }

    /** What a changed file does. */
    private final class Reload implements ConfigWatch.Listener {
        private final RunningAgents agents;
        private final AgentOutput output;

        Reload(RunningAgents agents, AgentOutput output) {
            this.agents = agents;
            this.output = output;
        }

        @Override
        public void changed(AgentConfig now) throws ConfigException {
            try {
                RunningAgents.Change change = agents.apply(now.tunnels(), common.key(now.keyFile()));
                output.say(
                        Notice.CONFIG_RELOADED,
                        "The configuration changed. Started: %s. Replaced: %s. Ended: %s. Unchanged: %s."
                                .formatted(
                                        names(change.started()),
                                        names(change.replaced()),
                                        names(change.ended()),
                                        names(change.unchanged())));
            } catch (CommandFailure e) {
                throw new ConfigException(e.sentence(), e);
            }
        }

        @Override
        public void refused(ConfigException problem) {
            output.say(
                    Notice.CONFIG_REFUSED,
                    "The configuration changed and is not used, the former one stays: " + problem.getMessage());
        }

        private static String names(java.util.List<String> tunnels) {
            return tunnels.isEmpty() ? "none" : String.join(", ", tunnels);
        }
    }
}
