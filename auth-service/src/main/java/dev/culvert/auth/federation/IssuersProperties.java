package dev.culvert.auth.federation;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Trusted OpenID providers.
 *
 * @param issuers each with id, issuer and audiences or a client-id; docs/how-to/trust-an-identity-provider.md lists the rest
 */
@ConfigurationProperties("culvert.auth")
record IssuersProperties(@DefaultValue List<ExternalIssuer> issuers) {
    IssuersProperties {
        issuers = List.copyOf(issuers);
    }
}
