package dev.culvert.agent.cli;

import dev.culvert.agent.account.TunnelAccount;
import dev.culvert.agent.call.Calls;
import dev.culvert.agent.connect.Server;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code culvert agent login}: puts an API key where the other commands find it, once the server has accepted it. */
@Command(
        name = "login",
        description =
                "Asks for an API key, or reads it from the standard input, and keeps it in a file only you can read.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class LoginCommand implements Callable<Integer> {
    private static final int UNAUTHORIZED = 401;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            Server server = common.server();
            String key = ask();
            verify(server, key);
            Path file = common.keyFile == null
                    ? KeySource.defaultFiles(Path.of(System.getProperty("user.home")))
                            .getLast()
                    : common.keyFile;
            KeySource.store(file, key);
            say(true, "The key is kept in " + file + "; the other commands find it there.");
            return ExitCode.OK;
        } catch (CommandFailure e) {
            say(false, e.sentence());
            return e.exitCode();
        }
    }

    private static String ask() throws CommandFailure, IOException {
        Optional<Console> console = Optional.ofNullable(System.console()).filter(Console::isTerminal);
        String key = console.isPresent() ? typed(console.get()) : piped();
        String trimmed = key == null ? "" : key.trim();
        if (trimmed.isEmpty() || trimmed.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new CommandFailure(ExitCode.USAGE, "That is no API key.");
        }
        return trimmed;
    }

    private static String typed(Console console) {
        char[] characters = console.readPassword("API key (not shown): ");
        return characters == null ? "" : new String(characters);
    }

    private static @Nullable String piped() throws IOException {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }

    private static void verify(Server server, String key) throws CommandFailure, InterruptedException {
        try {
            Calls.Answer answer = new TunnelAccount(server, key, CommonOptions.proxy(server)).ask();
            if (answer.status() == UNAUTHORIZED) {
                throw new CommandFailure(
                        ExitCode.KEY_REFUSED, "The server does not accept this key; nothing was kept.");
            }
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.SERVER_UNREACHABLE,
                    "The server " + server.base() + " cannot be reached: " + TunnelAccount.reason(e)
                            + ". Nothing was kept.");
        }
    }

    private void say(boolean kept, String sentence) {
        System.out.println(
                common.json
                        ? JsonLine.of(json -> {
                            json.writeBooleanProperty("kept", kept);
                            json.writeStringProperty("message", sentence);
                        })
                        : sentence);
    }
}
