package dev.culvert.webhook.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class SigningSecretTest {
    @Test
    void isPrefixedBase64OfThirtyTwoBytes() {
        assertThat(SigningSecret.generate(new SecureRandom()).reveal()).matches("whsec_[A-Za-z0-9+/]{43}=");
    }

    @Test
    void parsesWhatItReveals() {
        SigningSecret secret = SigningSecret.generate(new SecureRandom());

        assertThat(SigningSecret.parse(secret.reveal()).key()).isEqualTo(secret.key());
    }

    @Test
    void hidesItselfFromLogs() {
        SigningSecret secret = SigningSecret.generate(new SecureRandom());

        assertThat(secret).hasToString("whsec_…");
    }

    @Test
    void refusesTextWithoutThePrefix() {
        assertThatIllegalArgumentException().isThrownBy(() -> SigningSecret.parse("AAECAw=="));
    }
}
