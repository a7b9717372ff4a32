package dev.culvert.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SpreadTest {
    private final List<Integer> wanted = new ArrayList<>();

    @Test
    void wantsAsManyLinksAsFitTheReplicas() {
        Spread spread = new Spread(0, wanted::add);
        assertThat(spread.atFirst()).isEqualTo(1);

        spread.replicas(OptionalInt.of(1));
        spread.replicas(OptionalInt.of(3));

        assertThat(wanted).containsExactly(1, 2);
    }

    /** Requirement P2.14.12: a service of before replicas does not say how many there are. */
    @Test
    void wantsTwoLinksToAnOlderService() {
        new Spread(0, wanted::add).replicas(OptionalInt.empty());

        assertThat(wanted).containsExactly(2);
    }

    @Test
    void keepsToTheNumberTheUserAskedFor() {
        Spread spread = new Spread(3, wanted::add);

        spread.replicas(OptionalInt.of(1));

        assertThat(spread.atFirst()).isEqualTo(3);
        assertThat(wanted).isEmpty();
    }

    @Test
    void avoidsTheReplicasOfTheOtherLinksAndTheOneItJustLeft() {
        Spread spread = new Spread(2, wanted::add);
        spread.leadsTo(0, "a");
        spread.leadsTo(1, "b");
        assertThat(spread.avoid(1)).isEqualTo("a");

        spread.leaves(1);
        assertThat(spread.avoid(1)).isEqualTo("a,b");

        spread.leadsTo(1, "c");
        assertThat(spread.avoid(1)).isEqualTo("a");
        assertThat(spread.avoid(0)).isEqualTo("c");
    }

    @Test
    void readsWhatTheServiceSays() {
        assertThat(notice("{\"session\":\"x\",\"replica\":\"a1\",\"replicas\":2,\"later\":{\"replicas\":9}}"))
                .isEqualTo(new Notice(Optional.of("a1"), OptionalInt.of(2)));
        assertThat(notice("{\"replicas\":3}")).isEqualTo(new Notice(Optional.empty(), OptionalInt.of(3)));
        assertThat(notice("{\"session\":\"x\"}")).isEqualTo(new Notice(Optional.empty(), OptionalInt.empty()));
        assertThat(notice("nonsense")).isEqualTo(new Notice(Optional.empty(), OptionalInt.empty()));
    }

    private static Notice notice(String line) {
        return Notice.read(line.getBytes(StandardCharsets.UTF_8));
    }
}
