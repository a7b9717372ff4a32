package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.profile.Profile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EndSentenceTest {
    private static final TunnelEntry ENTRY =
            TunnelEntry.of("http://s.example", "box", "http://127.0.0.1:1", Profile.PLAIN, 2);

    @ParameterizedTest
    @EnumSource(value = AgentEnd.Reason.class, mode = EnumSource.Mode.EXCLUDE, names = "CLOSED")
    void namesTheTunnelOrTheServerAndWhatWasSaid(AgentEnd.Reason reason) {
        assertThat(EndSentence.of(new AgentEnd(reason, "details"), ENTRY))
                .containsAnyOf("'box'", "s.example")
                .contains("details");
    }
}
