package dev.culvert.auth.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords that obey the rule of S1.17 and are guessed first all the same. */
class CommonPasswordsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Password1!",
                "P@ssw0rd2024",
                "!!Pa$$w0rd!!",
                "Summer2025!",
                "Qwerty123!",
                "Admin@123",
                "Iloveyou-1",
                "1Q2w3e4r!",
                "Aa123456!",
                "LetMeIn!1",
                "PasswordPassword1!",
                "Contrase\u00f1a1!",
                "Culvert-2026"
            })
    void knowsWhatGuessersTryFirst(String password) {
        assertThat(StrongPassword.Validator.strong(password)).isTrue();
        assertThat(CommonPasswords.contain(password)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Correct-Horse-7",
                "Quiet-Lantern-4",
                "Aa1-5678",
                "Aa1!aaaa",
                "kP7#vQz2Lm",
                "Password-of-my-Neighbour-9",
                "\u00dcn\u00ef1_pa\u00df_Wort"
            })
    void leavesOthersAlone(String password) {
        assertThat(CommonPasswords.contain(password)).isFalse();
    }
}
