package dev.culvert.auth.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** mark, environment, eight visible characters, 256 random bits, checksum. */
class KeyTextTest {

    @Test
    void readsWhatItWrites() {
        Set<String> values = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            KeyText key = KeyText.random("live");
            assertThat(KeyText.parse(key.value())).contains(key);
            assertThat(key.prefix()).matches("cvt_live_[0-9A-Za-z]{8}");
            values.add(key.value());
        }
        assertThat(values).hasSize(1_000);
    }

    @Test
    void findsEveryWrongCharacter() {
        String value = KeyText.random("test").value();

        for (int i = 0; i < value.length(); i++) {
            char wrong = value.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(KeyText.parse(value.substring(0, i) + wrong + value.substring(i + 1)))
                    .as("position %d of %s", i, value)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cvt_", "cvt_live_short", "eyJhbGciOiJFUzI1NiJ9.e30.x", "cvt_live_ÄÖÜ"})
    void refusesWhatIsNoKey(String value) {
        assertThat(KeyText.parse(value)).isEmpty();
    }

    @Test
    void keepsTheSecretOutOfLogs() {
        KeyText key = KeyText.random("live");

        assertThat(key.toString()).isEqualTo(key.prefix() + "…");
    }
}
