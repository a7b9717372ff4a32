package dev.culvert.runner.command;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.demo.Demo;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.Secrets;
import dev.culvert.runner.home.SuiteState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code culvert demo}. It reads one audit row as the administrator. On this one machine the generated password is in {@code
 * secrets.json}, readable by the owner of the data folder alone, who could read the database as well; whoever has changed the
 * password gives the present one.
 */
@Command(name = "demo", description = "Watch one streamed answer go through all of the running suite.")
final class DemoCommand implements Callable<Integer> {

    private static final String PASSWORD_VARIABLE = "CULVERT_ADMIN_PASSWORD";

    @Option(
            names = "--admin-password-file",
            paramLabel = "FILE",
            description = "The administrator's password, when it was changed; the variable " + PASSWORD_VARIABLE
                    + " works as well. Otherwise the generated one is read from the data folder.")
    private @Nullable Path adminPasswordFile;

    @Override
    public Integer call() throws IOException, InterruptedException {
        SuiteState state = Files.isDirectory(Culvert.homeFolder())
                ? SuiteState.read(new Home(Culvert.homeFolder()).stateFile())
                : SuiteState.never();
        if (!state.runnerAlive() || state.phase() != SuiteState.Phase.READY) {
            throw new Refusal("The demo needs the running suite: start it with ./culvert up in another terminal.");
        }
        Home home = Culvert.home();
        var demo = new Demo(
                home,
                Culvert.sources(),
                state,
                adminPassword(home),
                Clock.systemUTC(),
                System.out,
                Culvert.onTerminal());
        try {
            demo.run();
            return 0;
        } catch (Refusal e) {
            throw new Refusal("THE DEMO FAILED at " + demo.where() + ". " + e.getMessage(), e);
        } catch (IOException e) {
            throw new Refusal("THE DEMO FAILED at " + demo.where() + ": " + e, e);
        }
    }

    private String adminPassword(Home home) throws IOException {
        if (adminPasswordFile != null) {
            return Files.readString(adminPasswordFile).strip();
        }
        String given = System.getenv(PASSWORD_VARIABLE);
        return given != null ? given : Secrets.read(home.secretsFile()).adminPassword();
    }
}
