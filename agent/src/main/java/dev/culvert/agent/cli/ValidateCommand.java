package dev.culvert.agent.cli;

import dev.culvert.agent.config.AgentConfig;
import dev.culvert.agent.config.ConfigException;
import dev.culvert.agent.config.ConfigFile;
import dev.culvert.agent.config.TunnelEntry;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code culvert agent validate}: reads a configuration file and says what it means, without connecting to anything. */
@Command(
        name = "validate",
        description = "Checks a configuration file; exit code 2 when it cannot be used.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ValidateCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Mixin
    ConfigOption config = new ConfigOption();

    @Override
    public Integer call() {
        ConfigFile file = config.file(common);
        try {
            AgentConfig read = file.read();
            read.tunnels().forEach(this::show);
            return ExitCode.OK;
        } catch (ConfigException e) {
            String problem = String.valueOf(e.getMessage());
            System.out.println(
                    common.json
                            ? JsonLine.of(json -> {
                                json.writeStringProperty("file", file.path().toString());
                                json.writeBooleanProperty("valid", false);
                                json.writeStringProperty("problem", problem);
                            })
                            : file.path() + ": " + problem);
            return ExitCode.USAGE;
        }
    }

    private void show(TunnelEntry entry) {
        System.out.println(
                common.json
                        ? JsonLine.of(json -> {
                            json.writeStringProperty("tunnel", entry.tunnel());
                            json.writeStringProperty("endpoint", entry.endpoint());
                            json.writeStringProperty("address", entry.publicAddress());
                            json.writeStringProperty("target", entry.to());
                            json.writeStringProperty("profile", entry.profile().word());
                            json.writeBooleanProperty("allowManagement", entry.allowManagement());
                            json.writeNumberProperty("connections", entry.connections());
                            json.writeNumberProperty("maxStreams", entry.maxStreams());
                        })
                        : "%s  %s -> %s  (%s, %d connections, at most %d requests on each)"
                                .formatted(
                                        entry.label(),
                                        entry.publicAddress(),
                                        entry.to(),
                                        entry.profile().word(),
                                        entry.connections(),
                                        entry.maxStreams()));
    }
}
