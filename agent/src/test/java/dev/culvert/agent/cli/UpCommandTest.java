package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.profile.TestingModelServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** How {@code culvert agent up} ends when it cannot begin; what it does when it can is told end to end. */
class UpCommandTest {
    private static final Map<String, String> MODEL_SERVER =
            Map.of("/v1/models", "{\"object\":\"list\",\"data\":[{\"id\":\"tiny\"}]}");
    private static final String KEY = "cvt_very_secret";

    @TempDir
    Path folder;

    private final PrintStream screen = System.out;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private Path keyFile;

    @BeforeEach
    void prepare() throws IOException {
        System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
        keyFile = Files.createFile(
                folder.resolve("key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keyFile, KEY);
    }

    @AfterEach
    void restore() {
        System.setOut(screen);
        assertThat(said()).doesNotContain(KEY);
    }

    @Test
    void saysWhereItLookedWhenNothingAnswers() throws IOException {
        assertThat(up(List.of(closedPort()), "http://127.0.0.1:9")).isEqualTo(ExitCode.NO_LOCAL_SERVICE);
        assertThat(said()).contains("Ollama (11434)", "--to http://127.0.0.1:PORT");
    }

    @Test
    void namesThemWhenSeveralAnswer() throws IOException {
        try (var one = new TestingModelServer(MODEL_SERVER);
                var other = new TestingModelServer(MODEL_SERVER)) {
            assertThat(up(List.of(one.port(), other.port()), "http://127.0.0.1:9"))
                    .isEqualTo(ExitCode.NO_LOCAL_SERVICE);
            assertThat(said()).contains(one.address(), other.address(), "say which one you mean");
        }
    }

    @Test
    void saysThatTheServerCannotBeReached() throws IOException {
        try (var model = new TestingModelServer(MODEL_SERVER)) {
            assertThat(up(List.of(model.port()), "http://127.0.0.1:" + closedPort()))
                    .isEqualTo(ExitCode.SERVER_UNREACHABLE);
            assertThat(said()).contains("cannot be reached", "doctor");
        }
    }

    @Test
    void saysThatAnotherServerIsNoGateway() throws IOException {
        try (var model = new TestingModelServer(MODEL_SERVER);
                var website = new TestingModelServer(Map.of())) {
            assertThat(up(List.of(model.port()), website.address())).isEqualTo(ExitCode.NOT_A_TUNNEL_SERVER);
            assertThat(said()).contains("is not a Culvert server");
        }
    }

    @Test
    void speaksJsonToPrograms() throws IOException {
        assertThat(up(List.of(closedPort()), "http://127.0.0.1:9", "--json")).isEqualTo(ExitCode.NO_LOCAL_SERVICE);
        assertThat(said()).startsWith("{\"time\":").contains("\"event\":\"failed\"");
    }

    private int up(List<Integer> ports, String server, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--server", server, "--key-file", keyFile.toString()));
        arguments.addAll(List.of(more));
        return new CommandLine(new UpCommand(ports)).execute(arguments.toArray(String[]::new));
    }

    private String said() {
        return written.toString(StandardCharsets.UTF_8);
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
