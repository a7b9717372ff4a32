package dev.culvert.auth.secondfactor;

import dev.culvert.auth.account.Account;
import io.swagger.v3.oas.annotations.media.Schema;
import java.nio.charset.StandardCharsets;
import org.springframework.web.util.UriUtils;

/** What an authenticator app needs; shown only while it is set up. */
public record TotpSecret(
        @Schema(description = "in base 32, to be typed into an app", example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        String secret,

        @Schema(
                description = "the same as a link, to be shown as a QR code",
                example = "otpauth://totp/Culvert:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Culvert")
        String otpauthUri) {

    static TotpSecret of(byte[] secret, Account account, String issuer) {
        String text = Totp.base32(secret);
        String label = encoded(issuer) + ":" + encoded(account.username());
        return new TotpSecret(text, "otpauth://totp/%s?secret=%s&issuer=%s".formatted(label, text, encoded(issuer)));
    }

    private static String encoded(String text) {
        return UriUtils.encode(text, StandardCharsets.UTF_8);
    }

    /** Leaves the secret out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "TotpSecret";
    }
}
