package dev.culvert.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoredTest {
    @Test
    void readsWhatItWrote() throws IOException {
        var answer = new Stored.Answer(
                new Head(203, List.of(new Head.Field("ETag", "\"ä\""), new Head.Field("Vary", "Accept"))),
                new byte[] {1, 0, -1},
                1,
                2,
                3);

        var read = (Stored.Answer) Stored.fromBytes(answer.toBytes());

        assertThat(read).usingRecursiveComparison().isEqualTo(answer);
        assertThat(Stored.fromBytes(new Stored.Varying(List.of("accept", "origin")).toBytes()))
                .isEqualTo(new Stored.Varying(List.of("accept", "origin")));
    }

    @Test
    void refusesWhatAnotherReleaseWrote() {
        assertThatThrownBy(() -> Stored.fromBytes(new byte[] {2, 'a'})).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Stored.fromBytes(new byte[] {1})).isInstanceOf(IOException.class);
    }
}
