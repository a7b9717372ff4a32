package dev.culvert.auth.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class FederationPropertiesTest {
    private static final Map<String, String> LEAST = Map.of(
            "culvert.auth.issuers[0].id", "acme",
            "culvert.auth.issuers[0].issuer", "https://id.acme.test/realm",
            "culvert.auth.issuers[0].audiences", "https://api.acme.test");

    @Test
    void hasTheseDefaults() {
        assertThat(binder(Map.of()).bindOrCreate("culvert.auth.federation", Bindable.of(FederationProperties.class)))
                .isEqualTo(new FederationProperties(
                        URI.create("http://127.0.0.1:8080"),
                        "",
                        "",
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(10),
                        Duration.ofHours(12),
                        Duration.ofSeconds(5)));
        assertThat(issuers(Map.of())).isEmpty();
    }

    @Test
    void trustsAnIssuerNoFurtherThanSaid() {
        assertThat(issuers(LEAST))
                .containsExactly(new ExternalIssuer(
                        "acme",
                        "acme",
                        "https://id.acme.test/realm",
                        Set.of("https://api.acme.test"),
                        null,
                        null,
                        Set.of("RS256", "PS256", "ES256", "EdDSA"),
                        "email",
                        false,
                        "preferred_username",
                        "",
                        List.of(),
                        Scope.GRANTABLE_TO_KEYS,
                        "amr",
                        Set.of("mfa"),
                        true,
                        false,
                        "",
                        "",
                        List.of("openid", "profile", "email")));
    }

    @Test
    void readsWhatTheOperatorMaps() {
        ExternalIssuer issuer = issuers(with(Map.of(
                        "culvert.auth.issuers[0].scopes", "",
                        "culvert.auth.issuers[0].grants[0].value", "read:tunnels",
                        "culvert.auth.issuers[0].grants[0].scopes", "tunnels:read,tunnels:use",
                        "culvert.auth.issuers[0].grants[1].value", "admins",
                        "culvert.auth.issuers[0].grants[1].role", "super_admin")))
                .getFirst();

        assertThat(issuer.scopes()).isEmpty();
        assertThat(issuer.grants())
                .containsExactly(
                        new ExternalIssuer.Grant(
                                "read:tunnels", Optional.empty(), Set.of("tunnels:read", "tunnels:use")),
                        new ExternalIssuer.Grant("admins", Optional.of(Role.SUPER_ADMIN), Set.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "algorithms, HS256, may sign",
        "algorithms, none, may sign",
        "id, Not An Id, lower-case",
        "issuer, id.acme.test, is an address",
        "client-id, https://api.acme.test, is no audience",
        "audiences, '', needs audiences",
        "scopes, tunnels:everything, exist",
        "grants[0].role, enterprise_user, follows the plan"
    })
    void doesNotStartWithWhatIsNotSafe(String key, String value, String message) {
        Map<String, String> settings = with(Map.of("culvert.auth.issuers[0]." + key, value));
        settings.put("culvert.auth.issuers[0].grants[0].value", "any");

        assertThatThrownBy(() -> issuers(settings)).rootCause().hasMessageContaining(message);
    }

    private static Map<String, String> with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(LEAST);
        all.putAll(more);
        return all;
    }

    private static List<ExternalIssuer> issuers(Map<String, String> settings) {
        return binder(settings)
                .bindOrCreate("culvert.auth", Bindable.of(IssuersProperties.class))
                .issuers();
    }

    private static Binder binder(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings));
    }
}
