package dev.culvert.agent.cli;

import dev.culvert.agent.config.ConfigFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** Which configuration file is meant. */
final class ConfigOption {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "The configuration file (default: ~/.config/culvert/agent.yaml).")
    @Nullable
    Path file;

    ConfigFile file(CommonOptions common) {
        Path chosen = file == null
                ? Path.of(System.getProperty("user.home"))
                        .resolve(".config")
                        .resolve("culvert")
                        .resolve("agent.yaml")
                : file;
        return new ConfigFile(chosen, common.serverAddress());
    }
}
