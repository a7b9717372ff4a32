package dev.culvert.agent.running;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.config.AgentConfig;
import dev.culvert.agent.config.ConfigException;
import dev.culvert.agent.config.ConfigFile;
import dev.culvert.agent.config.TunnelEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatchTest {
    @TempDir
    Path folder;

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Test
    void tellsOfChangesAndOfMistakesAndGoesOn() throws Exception {
        Path path = folder.resolve("agent.yaml");
        ConfigFile file = new ConfigFile(path, "http://127.0.0.1:8080");
        write(path, "tunnels: {a: {to: 'http://h'}}");

        try (ConfigWatch _ = new ConfigWatch(file, file.read(), new Telling())) {
            write(path, "tunnels: {a: {to: 'http://h'}, b: {to: 'http://i'}}");
            assertThat(next()).isEqualTo("[a, b]");

            write(path, "tunnels: {a: {to: nowhere}}");
            assertThat(next()).contains("tunnels.a");

            Files.writeString(folder.resolve("unrelated"), "x");
            write(path, "tunnels: {b: {to: 'http://i'}}");
            assertThat(next()).isEqualTo("[b]");
        }
        assertThat(told).isEmpty();
    }

    /** As editors do. */
    private void write(Path path, String yaml) throws Exception {
        Path other = Files.writeString(folder.resolve("agent.yaml~"), yaml);
        Files.move(other, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private String next() throws InterruptedException {
        return told.poll(30, TimeUnit.SECONDS);
    }

    private final class Telling implements ConfigWatch.Listener {
        @Override
        public void changed(AgentConfig config) {
            told.add(config.tunnels().stream().map(TunnelEntry::tunnel).toList().toString());
        }

        @Override
        public void refused(ConfigException problem) {
            told.add(String.valueOf(problem.getMessage()));
        }
    }
}
