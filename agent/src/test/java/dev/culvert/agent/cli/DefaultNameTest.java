package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.profile.Profile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefaultNameTest {
    @ParameterizedTest
    @CsvSource({
        "Anna's MacBook.local, anna-s-macbook-ollama",
        "gpu01.example.org, gpu01-ollama",
        "--x--, x-ollama",
        "???, ollama",
        "'', ollama"
    })
    void isMadeOfTheMachineAndTheServerInPlainLetters(String host, String name) {
        assertThat(DefaultName.of(host, Profile.OLLAMA)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource("a-very-long-name-of-a-machine-that-somebody-gave-it-in-a-whim")
    void staysShort(String host) {
        assertThat(DefaultName.of(host, Profile.VLLM)).hasSizeLessThan(50).endsWith("-vllm");
    }
}
