package dev.culvert.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.connect.AgentEnd;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
    void needsTunnelAndTarget() {
        assertThat(run("--to", "http://127.0.0.1:1")).isEqualTo(2);
        assertThat(errors.toString()).contains("--tunnel");
    }

    @Test
    void saysWhatIsWrongWithAKeyFileThatIsNotThere() {
        assertThat(run("--tunnel", "box", "--to", "http://127.0.0.1:1", "--key-file", "no-such-file"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("no-such-file", "cannot be read");
    }

    @ParameterizedTest
    @EnumSource(AgentEnd.Reason.class)
    void endsWithASentenceThatNamesTheTunnelOrTheServer(AgentEnd.Reason reason) {
        AgentOptions options = AgentOptions.of("http://s.example", "box", "http://127.0.0.1:1", "cvt_secret");

        String sentence = AgentCommand.sentence(new AgentEnd(reason, "details"), options);

        assertThat(sentence).doesNotContain("cvt_secret");
        if (reason != AgentEnd.Reason.CLOSED) {
            assertThat(sentence).containsAnyOf("'box'", "s.example").contains("details");
        }
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
