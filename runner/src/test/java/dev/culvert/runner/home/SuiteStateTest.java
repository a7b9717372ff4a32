package dev.culvert.runner.home;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.runner.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteStateTest {

    @TempDir
    private Path folder;

    @Test
    void isReadBackAsItWasWritten() throws IOException {
        var identity = ProcessIdentity.of(ProcessHandle.current());
        var process = new ProcessState(
                "auth-service",
                ProcessState.Status.READY,
                8081,
                identity,
                Instant.EPOCH,
                1234,
                2,
                "killed by signal 9");
        var state = new SuiteState(
                identity,
                SuiteState.Phase.FAILED,
                "The disk is full.",
                "127.0.0.1",
                Map.of("gateway", 8080),
                List.of(process));

        state.write(folder.resolve("state.json"));

        assertThat(SuiteState.read(folder.resolve("state.json"))).isEqualTo(state);
    }

    @Test
    void countsAsNeverStartedWhenUnreadable() throws IOException {
        Path file = Files.writeString(folder.resolve("state.json"), "{\"runner\":");

        assertThat(SuiteState.read(file)).isEqualTo(SuiteState.never());
        assertThat(SuiteState.read(folder.resolve("none.json"))).isEqualTo(SuiteState.never());
    }

    @Test
    void knowsThatAProcessWithTheSameNumberButAnotherStartIsAStranger() {
        var mine = ProcessIdentity.of(ProcessHandle.current());
        var earlier = new ProcessIdentity(mine.pid(), mine.started().minusSeconds(60));

        assertThat(mine.isAlive()).isTrue();
        assertThat(earlier.isAlive()).isFalse();
    }
}
