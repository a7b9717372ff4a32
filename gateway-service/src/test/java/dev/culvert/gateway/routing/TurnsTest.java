package dev.culvert.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fault 15: agents that all come back at once are let in a few at a time. */
class TurnsTest {
    private final Turns turns = new Turns(2);
    private final List<String> begun = new ArrayList<>();

    @Test
    void letsTheNextOneInWhenOneLeaves() {
        Turns.Turn first = enter("first");
        enter("second");
        enter("third");
        enter("fourth");
        assertThat(begun).containsExactly("first", "second");

        first.leave();

        assertThat(begun).containsExactly("first", "second", "third");
    }

    @Test
    void letsOneInForOneThatLeavesHoweverOftenItSaysSo() {
        Turns.Turn first = enter("first");
        enter("second");
        enter("third");
        enter("fourth");

        first.leave();
        first.leave();

        assertThat(begun).containsExactly("first", "second", "third");
    }

    @Test
    void passesOverWhoIsGone() {
        Turns.Turn first = enter("first");
        enter("second");
        Turns.Turn third = enter("third");
        enter("fourth");

        third.leave();
        first.leave();

        assertThat(begun).containsExactly("first", "second", "fourth");
    }

    @Test
    void hasRoomAgainWhenAllHaveLeft() {
        Turns.Turn first = enter("first");
        Turns.Turn second = enter("second");
        first.leave();
        second.leave();

        enter("third");
        enter("fourth");

        assertThat(begun).containsExactly("first", "second", "third", "fourth");
    }

    private Turns.Turn enter(String name) {
        return turns.enter(() -> begun.add(name));
    }
}
