package dev.culvert.auth.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S1.17: lengths 7, 8, 100, 101; each class of characters missing. */
class StrongPasswordTest {

    @ParameterizedTest
    @ValueSource(strings = {"Aa1-5678", "Correct-Horse-7", "Ünï1 paß Wort"})
    void acceptsWhatHasEveryClass(String password) {
        assertThat(StrongPassword.Validator.strong(password.replace(' ', '_'))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Aa1-567", "aa1-5678", "AA1-5678", "Aaa-bbbb", "Aa1 5678", "Aa155678", "Aa1-567\u0000"})
    void refusesWhatLacksOne(String password) {
        assertThat(StrongPassword.Validator.strong(password)).isFalse();
    }

    @Test
    void takesHundredCharactersButNoMore() {
        assertThat(StrongPassword.Validator.strong("Aa1-" + "x".repeat(96))).isTrue();
        assertThat(StrongPassword.Validator.strong("Aa1-" + "x".repeat(97))).isFalse();
        assertThat(StrongPassword.Validator.strong("Aa1-" + "🙂".repeat(96))).isTrue();
    }
}
