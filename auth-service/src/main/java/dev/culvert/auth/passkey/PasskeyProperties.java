package dev.culvert.auth.passkey;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Passkeys.
 *
 * @param publicUrl address of the gateway as browsers see it; passkeys belong to its host and are lost when that changes
 * @param name what devices show beside a passkey
 * @param challengeLifetime how long somebody may take to answer
 * @param mostPerAccount passkeys one account can have
 */
@Validated
@ConfigurationProperties("culvert.auth.passkey")
record PasskeyProperties(
        @DefaultValue("http://127.0.0.1:8080") URI publicUrl,
        @DefaultValue("Culvert") @NotBlank String name,
        @DefaultValue("5m") Duration challengeLifetime,
        @DefaultValue("20") @Min(1) int mostPerAccount) {

    PasskeyProperties {
        if (publicUrl.getHost() == null || publicUrl.getScheme() == null) {
            throw new IllegalArgumentException(
                    "culvert.auth.passkey.public-url needs a scheme and a host, e.g. https://culvert.example.org");
        }
    }

    /** The relying party identifier (WebAuthn §4): the host alone. */
    String relyingParty() {
        return publicUrl.getHost().toLowerCase(Locale.ROOT);
    }

    /** The origin browsers report (RFC 6454 §6.2): without a path. */
    String origin() {
        String port = publicUrl.getPort() < 0 ? "" : ":" + publicUrl.getPort();
        return publicUrl.getScheme().toLowerCase(Locale.ROOT) + "://" + relyingParty() + port;
    }
}
