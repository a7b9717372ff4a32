package dev.culvert.agent.cli;

import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.profile.Profile;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert agent --tunnel NAME --to URL}: one service to one tunnel, until it is stopped. */
public final class ConnectCommand {
    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec spec;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = "--tunnel", paramLabel = "NAME", description = "Name of the tunnel.")
    @Nullable
    String tunnel;

    @Option(
            names = "--to",
            paramLabel = "URL",
            description = "The local service, e.g. http://127.0.0.1:11434. Requests go nowhere else.")
    @Nullable
    String target;

    @Option(
            names = "--profile",
            paramLabel = "KIND",
            defaultValue = "plain",
            description = "What the service is: ollama, vllm, lm-studio, llama-cpp, openai or plain (default).")
    String profile = "";

    @Option(
            names = "--allow-management",
            description = "Let callers change what is installed, where the profile would not.")
    boolean allowManagement;

    @Mixin
    ServingOptions serving = new ServingOptions();

    @Option(
            names = "--log",
            paramLabel = "FORMAT",
            defaultValue = "plain",
            description = "plain, or json as --json does (default: ${DEFAULT-VALUE}).")
    LogFormat log = LogFormat.plain;

    enum LogFormat {
        plain,
        json
    }

    /** Runs until it ends; the exit code. */
    public int run() throws InterruptedException {
        common.json |= log == LogFormat.json;
        // Not required by picocli, which would ask for them in front of every other command as well.
        if (tunnel == null || target == null) {
            throw new ParameterException(
                    commandLine(),
                    "Missing: --tunnel and --to, or a command. culvert agent up finds out both by itself.");
        }
        try {
            Profile kind = Profile.of(profile)
                    .orElseThrow(() -> new IllegalArgumentException("There is no profile '" + profile + "'"));
            TunnelEntry entry = TunnelEntry.of(common.serverAddress(), tunnel, target, kind, serving.connections)
                    .withEndpoint(serving.endpoint)
                    .withManagement(allowManagement)
                    .withWay(serving.way());
            String key = common.key(Optional.empty());
            entry.options(key);
            return new Foreground(common.output(false)).run(List.of(entry), key, serving.statusAddress());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), e.getMessage(), e);
        } catch (CommandFailure e) {
            throw new ParameterException(commandLine(), e.sentence(), e);
        }
    }

    private CommandLine commandLine() {
        CommandSpec known = spec;
        if (known == null) {
            throw new IllegalStateException("Not run by the command line");
        }
        return known.commandLine();
    }
}
