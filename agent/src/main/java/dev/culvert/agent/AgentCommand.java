package dev.culvert.agent;

import dev.culvert.agent.cli.AgentOutput;
import dev.culvert.agent.cli.JsonOutput;
import dev.culvert.agent.cli.KeySource;
import dev.culvert.agent.cli.PlainOutput;
import dev.culvert.agent.connect.AgentEnd;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert agent}: connects a local HTTP service to a tunnel until it is stopped. */
@Command(
        name = "culvert agent",
        description = "Connects a local HTTP service to a tunnel.",
        mixinStandardHelpOptions = true,
        versionProvider = AgentCommand.Version.class,
        sortOptions = false,
        footer = {
            "",
            "The API key is read from the key file or from the variable " + KeySource.ENVIRONMENT_VARIABLE + ".",
            "Exit codes: 0 stopped, 2 wrong option, 3 key refused, 4 tunnel unknown, 5 tunnel stopped,",
            "            6 the server is not a tunnel server."
        })
public final class AgentCommand implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec spec;

    @Option(names = "--tunnel", required = true, paramLabel = "NAME", description = "Name of the tunnel.")
    String tunnel = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "URL",
            description = "The local service, e.g. http://127.0.0.1:11434. Requests go nowhere else.")
    String target = "";

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "The gateway (default: ${DEFAULT-VALUE}).")
    String server = "";

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "File with the API key; only you may be able to read it.")
    @Nullable
    Path keyFile;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Connections at the same time; 0 takes two where the server has several replicas, else one (default).")
    int connections;

    @Option(
            names = "--log",
            paramLabel = "FORMAT",
            defaultValue = "plain",
            description = "plain or json (default: ${DEFAULT-VALUE}).")
    LogFormat log = LogFormat.plain;

    enum LogFormat {
        plain,
        json
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new AgentCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        AgentOptions options;
        try {
            String key = KeySource.read(
                    keyFile, System.getenv(), KeySource.defaultFiles(Path.of(System.getProperty("user.home"))));
            options = AgentOptions.of(server, tunnel, target, key).withConnections(connections);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), e.getMessage(), e);
        }
        AgentOutput output = log == LogFormat.json
                ? new JsonOutput(System.out, Clock.systemUTC())
                : new PlainOutput(System.out, ZoneId.systemDefault());
        return run(options, output);
    }

    private static int run(AgentOptions options, AgentOutput output) throws Exception {
        output.starting(
                options.server().publicAddress(options.tunnel()),
                options.target().toString());
        Agent agent = Agent.start(options, output);
        // SIGTERM and Ctrl-C: the hook lets running requests finish, and the process lives as long as the hook.
        Thread drain = new Thread(agent::close, "culvert-agent-drain");
        Runtime.getRuntime().addShutdownHook(drain);
        AgentEnd end = agent.end().get();
        if (end.reason() != AgentEnd.Reason.CLOSED) {
            Runtime.getRuntime().removeShutdownHook(drain);
            output.ended(end, sentence(end, options));
            agent.close();
        }
        return end.reason().exitCode();
    }

    static String sentence(AgentEnd end, AgentOptions options) {
        String said = end.detail().isEmpty() ? "" : " The server says: " + end.detail();
        return switch (end.reason()) {
            case CLOSED -> "Stopped.";
            case KEY_REFUSED -> "The API key is not accepted for tunnel '" + options.tunnel() + "'." + said;
            case TUNNEL_UNKNOWN ->
                "There is no tunnel '" + options.tunnel() + "' for this key; create it first or correct --tunnel."
                        + said;
            case TUNNEL_STOPPED ->
                "The tunnel '" + options.tunnel() + "' is stopped; start it, then start the agent." + said;
            case NOT_A_TUNNEL_SERVER ->
                "What answers at " + options.server().base()
                        + " is not a Culvert server of this version; correct --server." + said;
        };
    }

    private CommandLine commandLine() {
        CommandSpec known = spec;
        if (known == null) {
            throw new IllegalStateException("Not run by the command line");
        }
        return known.commandLine();
    }

    /** Version line of {@code --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"culvert agent " + Agent.version()};
        }
    }
}
