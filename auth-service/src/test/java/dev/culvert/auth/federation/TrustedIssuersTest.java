package dev.culvert.auth.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.platform.caller.CallerProperties;
import dev.culvert.platform.outbound.AddressGuard;
import dev.culvert.platform.outbound.OutboundHttpClient;
import dev.culvert.platform.outbound.OutboundProperties;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class TrustedIssuersTest {
    private static final Map<String, String> ACME =
            Map.of("issuer.id", "acme", "issuer.issuer", "https://id.acme.test", "issuer.client-id", "culvert");

    /** Requirements R2.1, X-1. */
    @Test
    void makesAnIssuerOfAuth0sVariables() {
        TrustedIssuers issuers = trusted(
                List.of(), Map.of("f.auth0-domain", "acme.eu.auth0.com", "f.auth0-audience", "https://api.test"));

        ExternalIssuer auth0 =
                issuers.find("https://acme.eu.auth0.com/").orElseThrow().settings();
        assertThat(auth0.id()).isEqualTo("auth0");
        assertThat(auth0.audiences()).containsExactly("https://api.test");
        assertThat(auth0.algorithms()).isEqualTo(Set.of("RS256"));
        assertThat(auth0.createAccounts()).isTrue();
        assertThat(issuers.find("https://acme.eu.auth0.com")).isEmpty();
        assertThat(issuers.forSignIn()).isEmpty();
    }

    @Test
    void trustsNobodyByItself() {
        assertThat(trusted(List.of(), Map.of("f.auth0-domain", "acme.eu.auth0.com"))
                        .find("https://acme.eu.auth0.com/"))
                .isEmpty();
    }

    @Test
    void offersSignInOnlyThroughThoseThatHaveAClient() {
        TrustedIssuers issuers = trusted(List.of(issuer(ACME)), Map.of());

        assertThat(issuers.findForSignIn("acme")).isPresent();
        assertThat(issuers.findForSignIn("nobody")).isEmpty();
        assertThat(issuers.find("https://id.acme.test").orElseThrow().settings().acceptsTokens())
                .isFalse();
    }

    @Test
    void doesNotStartWhereOneIsNamedTwiceOrIsThisSuite() {
        ExternalIssuer acme = issuer(ACME);
        ExternalIssuer own = issuer(
                Map.of("issuer.id", "own", "issuer.issuer", "http://127.0.0.1:8080", "issuer.client-id", "culvert"));

        assertThatThrownBy(() -> trusted(List.of(acme, acme), Map.of())).hasMessageContaining("same id");
        assertThatThrownBy(() -> trusted(List.of(own), Map.of())).hasMessageContaining("own issuer");
    }

    private static TrustedIssuers trusted(List<ExternalIssuer> listed, Map<String, String> settings) {
        FederationProperties properties = bind("f", FederationProperties.class, settings);
        var guard = new AddressGuard(List.of());
        var client = new OutboundHttpClient(guard, bind("outbound", OutboundProperties.class, Map.of()));
        return new TrustedIssuers(
                new IssuersProperties(listed),
                properties,
                bind("caller", CallerProperties.class, Map.of()),
                new IssuerCalls(client, guard, properties),
                Clock.systemUTC());
    }

    private static ExternalIssuer issuer(Map<String, String> settings) {
        return bind("issuer", ExternalIssuer.class, settings);
    }

    private static <T> T bind(String prefix, Class<T> type, Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate(prefix, Bindable.of(type));
    }
}
