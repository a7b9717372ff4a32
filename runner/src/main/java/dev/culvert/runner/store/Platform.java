package dev.culvert.runner.store;

import dev.culvert.runner.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The machine's kind, in the words of the artifacts that carry the stores' programs. */
record Platform(String postgresArchive, String redisProgram) {

    private static final String REDIS = "redis-server-7.0.15-";

    static Platform current() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        boolean arm = arch.equals("aarch64") || arch.equals("arm64");
        boolean intel = arch.equals("amd64") || arch.equals("x86_64");
        if (os.contains("mac") && (arm || intel)) {
            return arm
                    ? new Platform("postgres-darwin-arm_64.txz", REDIS + "darwin-arm64")
                    : new Platform("postgres-darwin-x86_64.txz", REDIS + "darwin-amd64");
        }
        if (os.contains("linux") && arm) {
            return new Platform("postgres-linux-arm_64.txz", REDIS + "linux-arm64");
        }
        if (os.contains("linux") && intel) {
            boolean musl = Files.exists(Path.of("/lib/ld-musl-x86_64.so.1"));
            return new Platform(
                    musl ? "postgres-linux-x86_64-alpine_linux.txz" : "postgres-linux-x86_64.txz",
                    REDIS + "linux-amd64");
        }
        throw new Refusal("The one-machine suite runs on Linux and macOS, on Intel and ARM, not on " + os + " " + arch
                + ": use docker-compose.yml there.");
    }
}
