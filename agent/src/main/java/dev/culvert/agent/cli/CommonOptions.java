package dev.culvert.agent.cli;

import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Server;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that most commands have. */
public final class CommonOptions {
    static final String DEFAULT_SERVER = "http://127.0.0.1:8080";

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "${env:CULVERT_SERVER:-" + DEFAULT_SERVER + "}",
            description = "The gateway (default: the variable CULVERT_SERVER, else " + DEFAULT_SERVER + ").")
    String server = "";

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "File with the API key; only you may be able to read it.")
    @Nullable
    Path keyFile;

    @Option(names = "--json", description = "One JSON object a line, for programs.")
    boolean json;

    /** The gateway's address. */
    public Server server() throws CommandFailure {
        try {
            return Server.parse(server);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** The proxy that the environment names for a server; the same that agents use. */
    static Optional<HttpProxy> proxy(Server server) throws CommandFailure {
        try {
            return HttpProxy.of(System.getenv(), server);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    public String serverAddress() {
        return server;
    }

    /** The key from where it is; {@code other} is a file that a configuration names. */
    String key(Optional<Path> other) throws CommandFailure {
        try {
            return KeySource.read(
                    keyFile == null ? other.orElse(null) : keyFile,
                    System.getenv(),
                    KeySource.defaultFiles(Path.of(System.getProperty("user.home"))));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /**
     * @param severalTunnels whether lines must say which tunnel they are about
     */
    AgentOutput output(boolean severalTunnels) {
        return json
                ? new JsonOutput(System.out, Clock.systemUTC())
                : new PlainOutput(System.out, ZoneId.systemDefault(), severalTunnels);
    }
}
