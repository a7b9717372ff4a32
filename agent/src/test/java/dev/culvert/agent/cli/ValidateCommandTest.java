package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ValidateCommandTest {
    @TempDir
    Path folder;

    private final PrintStream screen = System.out;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @BeforeEach
    void listen() {
        System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(screen);
    }

    @Test
    void saysWhatAFileMeans() throws Exception {
        assertThat(validate("tunnels: {box: {to: 'http://127.0.0.1:1', profile: ollama}}"))
                .isZero();
        assertThat(said()).contains("http://s.example/t/box/ -> http://127.0.0.1:1", "ollama");
    }

    @Test
    void saysWhereItIsWrong() throws Exception {
        assertThat(validate("tunnels: {box: {to: nowhere}}", "--json")).isEqualTo(ExitCode.USAGE);
        assertThat(said()).contains("\"valid\":false", "tunnels.box");
    }

    private int validate(String yaml, String... more) throws Exception {
        Path file = Files.writeString(folder.resolve("agent.yaml"), yaml);
        CommandLine command = new CommandLine(new ValidateCommand());
        return more.length == 0
                ? command.execute("--server", "http://s.example", file.toString())
                : command.execute("--server", "http://s.example", more[0], file.toString());
    }

    private String said() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
