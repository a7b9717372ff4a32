package dev.culvert.auth.federation;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.federation.ExternalIssuer.Grant;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a provider's token allows here.
 *
 * @param roles of administrators, beside those the account has
 * @param secondFactor whether the provider says that it took more than a password
 * @param authenticatedAt when, if the provider says so
 */
record Entitlement(Set<Role> roles, Set<String> scopes, boolean secondFactor, Optional<Instant> authenticatedAt) {

    /** As the operator has mapped the claims. */
    static Entitlement of(ExternalIssuer issuer, JWTClaimsSet claims) {
        Set<String> names = Claims.words(claims, issuer.grantsClaim());
        List<Grant> grants = issuer.grants().stream()
                .filter(grant -> names.contains(grant.value()))
                .toList();
        Set<Role> roles =
                grants.stream().flatMap(grant -> grant.role().stream()).collect(Collectors.toUnmodifiableSet());
        Stream<String> mapped = grants.stream().flatMap(grant -> grant.scopes().stream());
        // Permissions of a role count only together with this scope.
        Stream<String> ofRoles = roles.isEmpty() ? Stream.empty() : Stream.of(Scope.ADMIN);
        return new Entitlement(
                roles,
                Stream.of(issuer.scopes().stream(), mapped, ofRoles)
                        .flatMap(scopes -> scopes)
                        .collect(Collectors.toUnmodifiableSet()),
                !Collections.disjoint(Claims.words(claims, issuer.secondFactorClaim()), issuer.secondFactorValues()),
                claims.getClaim("auth_time") instanceof Number seconds
                        ? Optional.of(Instant.ofEpochSecond(seconds.longValue()))
                        : Optional.empty());
    }
}
