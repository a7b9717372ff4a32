package dev.culvert.agent;

import dev.culvert.agent.cli.ConnectCommand;
import dev.culvert.agent.cli.DoctorCommand;
import dev.culvert.agent.cli.KeySource;
import dev.culvert.agent.cli.LoginCommand;
import dev.culvert.agent.cli.RunCommand;
import dev.culvert.agent.cli.UpCommand;
import dev.culvert.agent.cli.ValidateCommand;
import dev.culvert.tunnelprotocol.NettyDefaults;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code culvert agent}: connects local HTTP services to tunnels. */
@Command(
        name = "culvert agent",
        description = "Connects local HTTP services to tunnels. Without a command: one service to one tunnel.",
        mixinStandardHelpOptions = true,
        versionProvider = AgentCommand.Version.class,
        sortOptions = false,
        subcommands = {UpCommand.class, RunCommand.class, ValidateCommand.class, DoctorCommand.class, LoginCommand.class
        },
        footer = {
            "",
            "The API key is read from the key file or from the variable",
            KeySource.ENVIRONMENT_VARIABLE + ".",
            "Exit codes: 0 all is well, 1 failed, 2 wrong option or file, 3 key refused,",
            "            4 tunnel unknown, 5 tunnel stopped, 6 not a tunnel server,",
            "            7 no local service or several, 8 server unreachable."
        })
public final class AgentCommand implements Callable<Integer> {
    @Mixin
    ConnectCommand connect = new ConnectCommand();

    public static void main(String[] arguments) {
        NettyDefaults.set();
        System.exit(new CommandLine(new AgentCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        return connect.run();
    }

    /** Version line of {@code --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"culvert agent " + Agent.version()};
        }
    }
}
