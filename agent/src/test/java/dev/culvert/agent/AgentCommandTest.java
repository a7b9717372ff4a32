package dev.culvert.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AgentCommandTest {
    private final StringWriter errors = new StringWriter();

    @Test
    void takesNoKeyFromTheCommandLine() {
        assertThat(run("--tunnel", "box", "--to", "http://127.0.0.1:1", "--key", "cvt_x"))
                .isEqualTo(2);
        assertThat(new CommandLine(new AgentCommand()).getCommandSpec().optionsMap())
                .doesNotContainKeys("--key", "--api-key", "--token");
    }

    @Test
    void needsTunnelAndTargetOrACommand() {
        assertThat(run("--to", "http://127.0.0.1:1")).isEqualTo(2);
        assertThat(errors.toString()).contains("--tunnel", "culvert agent up");
    }

    @Test
    void showsTheCommandsInItsHelp() {
        assertThat(run("--help")).isZero();
        assertThat(errors.toString()).contains("up", "run", "validate", "doctor", "login", "Exit codes");
    }

    @Test
    void saysWhatIsWrongWithAKeyFileThatIsNotThere() {
        assertThat(run("--tunnel", "box", "--to", "http://127.0.0.1:1", "--key-file", "no-such-file"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("no-such-file", "cannot be read");
    }

    @Test
    void hidesTheKeyOfOptions() {
        assertThat(AgentOptions.of("http://s.example", "box", "http://127.0.0.1:1", "cvt_secret"))
                .asString()
                .doesNotContain("cvt_secret");
    }

    private int run(String... arguments) {
        return new CommandLine(new AgentCommand())
                .setErr(new PrintWriter(errors, true))
                .setOut(new PrintWriter(errors, true))
                .execute(arguments);
    }
}
