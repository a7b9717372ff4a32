package dev.culvert.platform.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Base64;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Stored secrets are useless without key and context, and any change is noticed: X-1 (SECRET_KEY), S2.9 (checks of the key),
 * S3.12 (encryption at rest).
 */
class SecretCipherTest {
    private static final String KEY = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=";

    private final SecretCipher cipher = new SecretCipher(MasterKey.parse(KEY));

    @Test
    void opensWhatItSealed() {
        for (String secret : new String[] {"", "whsec_abc", "ключ 🔑", "x".repeat(100_000)}) {
            String sealed = cipher.seal(secret, "row:1");

            assertThat(cipher.open(sealed, "row:1")).isEqualTo(secret);
            assertThat(new SecretCipher(MasterKey.parse(KEY)).open(sealed, "row:1"))
                    .isEqualTo(secret);
        }
    }

    @Test
    void neverSealsTwiceAlike() {
        Set<String> sealed = new HashSet<>();

        for (int i = 0; i < 1000; i++) {
            sealed.add(cipher.seal("secret", "row:1"));
        }

        assertThat(sealed).hasSize(1000);
        assertThat(String.join(" ", sealed)).doesNotContain("secret");
    }

    @Test
    void noticesEveryChangedBit() {
        String sealed = cipher.seal("secret", "row:1");
        byte[] bytes = Base64.getUrlDecoder().decode(sealed.substring(3));

        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            String text = "v1." + Base64.getUrlEncoder().withoutPadding().encodeToString(changed);

            assertThatIllegalStateException().isThrownBy(() -> cipher.open(text, "row:1"));
        }
    }

    @Test
    void refusesRubbish() {
        String sealed = cipher.seal("secret", "row:1");
        for (String text : new String[] {"", "v1.", "v1.AAAA", "v2." + sealed.substring(3), sealed + "!", "secret"}) {
            assertThatIllegalStateException().isThrownBy(() -> cipher.open(text, "row:1"));
        }
        for (int length = 0; length < sealed.length(); length++) {
            String cut = sealed.substring(0, length);

            assertThatIllegalStateException().isThrownBy(() -> cipher.open(cut, "row:1"));
        }
    }

    @Test
    void opensNothingElsewhereOrUnderAnotherKey() {
        String sealed = cipher.seal("secret", "row:1");
        byte[] other = new byte[32];
        new Random(1).nextBytes(other);
        var stranger = new SecretCipher(MasterKey.parse(Base64.getEncoder().encodeToString(other)));

        assertThatIllegalStateException().isThrownBy(() -> cipher.open(sealed, "row:2"));
        assertThatIllegalStateException().isThrownBy(() -> stranger.open(sealed, "row:1"));
    }

    @Test
    void refusesKeysThatAreMissingOrPlainlyNotRandom() {
        for (String key : new String[] {
            "",
            " ",
            "changeme",
            "c2hvcnQ=",
            KEY.substring(4),
            Base64.getEncoder().encodeToString(new byte[32])
        }) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> MasterKey.parse(key))
                    .withMessageStartingWith("SECRET_KEY ")
                    .withMessageContaining("must be 32 random bytes");
        }
    }

    @Test
    void hashesEachPurposeWithAKeyOfItsOwn() {
        var master = MasterKey.parse(KEY);
        var hmac = new Hmac(master).forPurpose("auth.api-key");
        byte[] hash = hmac.of("cvt_live_1");

        assertThat(hash)
                .hasSize(32)
                .isEqualTo(new Hmac(master).forPurpose("auth.api-key").of("cvt_live_1"));
        assertThat(hash)
                .isNotEqualTo(new Hmac(master).forPurpose("auth.refresh-token").of("cvt_live_1"));
        assertThat(hash).isNotEqualTo(new Hmac(master).of("cvt_live_1")).isNotEqualTo(hmac.of("cvt_live_2"));
    }
}
