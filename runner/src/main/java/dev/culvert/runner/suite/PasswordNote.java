package dev.culvert.runner.suite;

import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Shows the first administrator's generated password exactly once, at the first start that became ready. */
final class PasswordNote {

    private final Home home;

    PasswordNote(Home home) {
        this.home = home;
    }

    Optional<String> takeOnce() throws IOException {
        Path shown = home.root().resolve("admin-password-shown");
        if (Files.exists(shown)) {
            return Optional.empty();
        }
        String password = Secrets.read(home.secretsFile()).adminPassword();
        Files.createFile(shown);
        return Optional.of(password);
    }
}
