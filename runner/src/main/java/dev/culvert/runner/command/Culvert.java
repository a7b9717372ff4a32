package dev.culvert.runner.command;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry point behind {@code ./culvert}. Exit codes: 0 done, 1 refused or failed, 2 wrong usage. */
@Command(
        name = "culvert",
        description = "The whole Culvert suite on this machine.",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            LogsCommand.class,
            DemoCommand.class,
            ResetCommand.class,
            DoctorCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Culvert implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command.");
    }

    public static void main(String[] arguments) {
        var line = new CommandLine(new Culvert()).setExecutionExceptionHandler(Culvert::explain);
        int code = line.execute(arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** A refusal is its sentence; anything else is ours, and its trace is what a bug report needs. */
    private static int explain(Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
        if (failure instanceof Refusal) {
            line.getErr().println(failure.getMessage());
        } else {
            failure.printStackTrace(line.getErr());
        }
        return 1;
    }

    /** The source tree this was started from. */
    static Path sources() {
        return Path.of(System.getProperty("culvert.home", ".")).toAbsolutePath().normalize();
    }

    static Home home() throws IOException {
        return Home.open(homeFolder());
    }

    static Path homeFolder() {
        String chosen = System.getenv("CULVERT_DATA");
        return chosen == null || chosen.isEmpty() ? sources().resolve(".culvert") : Path.of(chosen);
    }

    static boolean onTerminal() {
        return Boolean.getBoolean("culvert.terminal");
    }
}
