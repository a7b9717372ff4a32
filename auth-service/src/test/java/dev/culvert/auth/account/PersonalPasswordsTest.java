package dev.culvert.auth.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersonalPasswordsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Countess-1815!",
                "Ada.Lovelace1",
                "L0vel@ce-99",
                "ada.lovelace@Example.org1",
                "LovelaceLovelace-1",
                "Countess42!"
            })
    void refusesWhatIsBuiltOnAName(String password) {
        assertThatThrownBy(() ->
                        PersonalPasswords.refuse("newPassword", password, "countess42", "ada.lovelace@example.org"))
                .isInstanceOfSatisfying(ProblemException.class, problem -> {
                    assertThat(problem.code()).isEqualTo(ProblemCode.VALIDATION_ERROR);
                    assertThat(problem.violations())
                            .singleElement()
                            .matches(violation -> violation.field().equals("newPassword"));
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"Correct-Horse-7", "Countess-Lovelace-Engine-1", "Ada-Walks-9"})
    void takesWhatMerelyHoldsAName(String password) {
        assertThatCode(() -> PersonalPasswords.refuse("password", password, "countess42", "ada.lovelace@example.org"))
                .doesNotThrowAnyException();
    }
}
