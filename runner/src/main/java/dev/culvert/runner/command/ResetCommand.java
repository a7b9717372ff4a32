package dev.culvert.runner.command;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.HomeLock;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.suite.Orphans;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert reset}: deletes all data, so that the next start is a first start. */
@Command(name = "reset", description = "Delete all data of this installation; the next start is a first one.")
final class ResetCommand implements Callable<Integer> {

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isDirectory(Culvert.homeFolder())) {
            System.out.println("There is no data in " + Culvert.homeFolder() + ".");
            return 0;
        }
        Home home = Culvert.home();
        Optional<HomeLock> lock = HomeLock.take(home);
        if (lock.isEmpty()) {
            throw new Refusal("Culvert is running: stop it with ./culvert down first.");
        }
        try (HomeLock _ = lock.get()) {
            if (!yes && !confirmed(home)) {
                System.out.println("Nothing was deleted.");
                return 1;
            }
            Orphans.stop(SuiteState.read(home.stateFile()));
            Home.deleteTree(home.root());
            System.out.println("All data in " + home.root() + " is deleted.");
            return 0;
        }
    }

    private static boolean confirmed(Home home) throws IOException {
        System.out.print("Delete all accounts, tunnels, keys, events and mails in " + home.root() + "? Type yes: ");
        System.out.flush();
        var reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        return "yes".equals(reader.readLine());
    }
}
