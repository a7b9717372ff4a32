package dev.culvert.auth.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {
    private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

    /** The last six digits of the values of RFC 6238, appendix B. */
    @ParameterizedTest
    @CsvSource({
        "59,          287082",
        "1111111109,  081804",
        "1111111111,  050471",
        "1234567890,  005924",
        "2000000000,  279037",
        "20000000000, 353130"
    })
    void computesTheValuesOfTheStandard(long seconds, String code) {
        assertThat(Totp.code(SECRET, Totp.step(Instant.ofEpochSecond(seconds)))).isEqualTo(code);
    }

    /** RFC 6238 §5.2: one step to either side, no more. */
    @Test
    void takesCodesOfTheNeighbouringSteps() {
        Instant now = Instant.ofEpochSecond(1_234_567_890);
        long present = Totp.step(now);

        for (long step = present - 2; step <= present + 2; step++) {
            boolean near = Math.abs(step - present) <= 1;
            assertThat(Totp.stepOf(Totp.code(SECRET, step), SECRET, now).isPresent())
                    .as("%d steps away", step - present)
                    .isEqualTo(near);
        }
        assertThat(Totp.stepOf("abcdef", SECRET, now)).isEmpty();
        assertThat(Totp.stepOf("", SECRET, now)).isEmpty();
    }

    /** RFC 4648 §10, without padding. */
    @ParameterizedTest
    @CsvSource({"fooba, MZXW6YTB", "12345678901234567890, GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"})
    void writesSecretsInBase32(String bytes, String text) {
        assertThat(Totp.base32(bytes.getBytes(StandardCharsets.US_ASCII))).isEqualTo(text);
    }
}
