package dev.culvert.agent.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderChangesTest {
    @Test
    void takeOutAndSetWithoutRegardToCase() {
        HttpHeaders headers = new DefaultHttpHeaders()
                .add("ORIGIN", "https://app")
                .add("X-A", "1")
                .add("x-a", "2");

        new HeaderChanges(Map.of("X-a", "3"), Set.of("Origin")).apply(headers);

        assertThat(headers.contains("origin")).isFalse();
        assertThat(headers.getAll("x-a")).containsExactly("3");
    }

    @Test
    void letTheLaterOnesWin() {
        HeaderChanges both = new HeaderChanges(Map.of("a", "1", "b", "1"), Set.of("c"))
                .and(new HeaderChanges(Map.of("A", "2"), Set.of("c", "d")));

        assertThat(both.set()).containsOnly(Map.entry("a", "2"), Map.entry("b", "1"));
        assertThat(both.remove()).containsExactlyInAnyOrder("c", "d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "transfer-encoding", "Host", "Connection", "a b", "", "x:y", "a\nb"})
    void refuseWhatWouldBreakAMessage(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new HeaderChanges(Map.of(name, "1"), Set.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new HeaderChanges(Map.of(), Set.of(name)));
    }

    @Test
    void refuseValuesWithLineBreaks() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HeaderChanges(Map.of("a", "1\r\nx: y"), Set.of()))
                .withMessageNotContaining("x: y");
    }
}
