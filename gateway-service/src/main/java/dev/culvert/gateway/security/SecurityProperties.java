package dev.culvert.gateway.security;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Attacks and signatures.
 *
 * @param injection what happens to requests with patterns of SQL injection. They are recorded as security events in any
 *     case but {@code ignore}; the real guard are the services' parameterised statements
 * @param signing which operations must be signed
 */
@ConfigurationProperties("culvert.gateway.security")
public record SecurityProperties(
        @DefaultValue("record") Injection injection,
        @DefaultValue SigningProperties signing) {

    /** How requests with suspicious patterns are treated. */
    public enum Injection {
        IGNORE,
        RECORD,
        REFUSE
    }

    /**
     * Signed requests (requirement S4.47).
     *
     * @param secret shared with those who may do sensitive operations; nothing need be signed while it is empty
     * @param operations sensitive operations, as method and path pattern, e.g. {@code DELETE /api/v1/admin/**}
     * @param tolerance how far the clocks of signer and gateway may be apart; a signature counts once within it
     * @param maxBody longest body of a signed request
     */
    public record SigningProperties(
            @DefaultValue("") String secret,

            @DefaultValue({
                "POST /api/v1/admin/**",
                "PUT /api/v1/admin/**",
                "PATCH /api/v1/admin/**",
                "DELETE /api/v1/admin/**"
            })
            List<String> operations,

            @DefaultValue("5m") Duration tolerance,
            @DefaultValue("1MB") DataSize maxBody) {
        private static final int SHORTEST_SECRET = 32;

        public SigningProperties {
            operations = List.copyOf(operations);
            if (!secret.isEmpty() && secret.length() < SHORTEST_SECRET) {
                throw new IllegalArgumentException(
                        "REQUEST_SIGNATURE_SECRET must have at least " + SHORTEST_SECRET + " characters");
            }
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "SigningProperties[operations=" + operations + ", tolerance=" + tolerance + "]";
        }
    }
}
