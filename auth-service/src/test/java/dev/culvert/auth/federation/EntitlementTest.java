package dev.culvert.auth.federation;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class EntitlementTest {

    @Test
    void findsRolesAlongAPath() {
        Entitlement entitlement = Entitlement.of(
                issuer("realm_access.roles"),
                new JWTClaimsSet.Builder()
                        .claim("realm_access", Map.of("roles", List.of("admins", "others")))
                        .build());

        assertThat(entitlement.roles()).containsExactly(Role.SUPER_ADMIN);
        assertThat(entitlement.scopes()).containsExactlyInAnyOrder("tunnels:use", Scope.ADMIN);
    }

    @Test
    void takesAClaimWhoseNameHasDotsForOneName() {
        Entitlement entitlement = Entitlement.of(
                issuer("https://acme.test/permissions"),
                new JWTClaimsSet.Builder()
                        .claim("https://acme.test/permissions", "read:tunnels write:tunnels")
                        .build());

        assertThat(entitlement.roles()).isEmpty();
        assertThat(entitlement.scopes()).containsExactlyInAnyOrder("tunnels:use", "tunnels:read");
    }

    /** AC1.2: the issuer's own word for a second factor. */
    @Test
    void knowsASecondFactorByTheClaimForIt() {
        ExternalIssuer issuer = issuer("roles");

        assertThat(Entitlement.of(issuer, amr(List.of("pwd", "mfa"))).secondFactor())
                .isTrue();
        assertThat(Entitlement.of(issuer, amr(List.of("pwd"))).secondFactor()).isFalse();
        assertThat(Entitlement.of(issuer, new JWTClaimsSet.Builder().build()).secondFactor())
                .isFalse();
    }

    @Test
    void mindsNoClaimsOfAnotherForm() {
        Entitlement entitlement = Entitlement.of(
                issuer("roles.of.nobody"),
                new JWTClaimsSet.Builder().claim("roles", 7).claim("amr", 7).build());

        assertThat(entitlement.roles()).isEmpty();
        assertThat(entitlement.scopes()).isEqualTo(Set.of("tunnels:use"));
        assertThat(entitlement.authenticatedAt()).isEmpty();
    }

    @Test
    void passesOnWhenSomebodySignedIn() {
        assertThat(Entitlement.of(
                                issuer("roles"),
                                new JWTClaimsSet.Builder()
                                        .claim("auth_time", 1_700_000_000L)
                                        .build())
                        .authenticatedAt())
                .hasValue(Instant.ofEpochSecond(1_700_000_000L));
    }

    private static JWTClaimsSet amr(List<String> methods) {
        return new JWTClaimsSet.Builder().claim("amr", methods).build();
    }

    private static ExternalIssuer issuer(String grantsClaim) {
        return new Binder(new MapConfigurationPropertySource(Map.of(
                        "issuer.id", "acme",
                        "issuer.issuer", "https://id.acme.test",
                        "issuer.audiences", "https://api.acme.test",
                        "issuer.scopes", "tunnels:use",
                        "issuer.grants-claim", grantsClaim,
                        "issuer.grants[0].value", "admins",
                        "issuer.grants[0].role", "super_admin",
                        "issuer.grants[1].value", "read:tunnels",
                        "issuer.grants[1].scopes", "tunnels:read")))
                .bind("issuer", ExternalIssuer.class)
                .get();
    }
}
