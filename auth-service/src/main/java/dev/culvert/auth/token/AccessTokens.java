package dev.culvert.auth.token;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.account.Account;
import dev.culvert.auth.assurance.Assurance;
import dev.culvert.auth.assurance.AssurancePolicy;
import dev.culvert.auth.signingkey.SigningKeys;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Issues access tokens: JWTs of type {@code at+jwt} (RFC 9068) with the claims of {@link CallerClaims}. */
@Component
public class AccessTokens {
    /** Who a token was exchanged for (RFC 8693 §4.1). */
    public static final String ACTOR = "act";

    private final SigningKeys keys;
    private final TokenProperties properties;
    private final Clock clock;
    private final AssurancePolicy assurancePolicy;
    private final Counter issued;

    AccessTokens(
            SigningKeys keys,
            TokenProperties properties,
            Clock clock,
            AssurancePolicy assurancePolicy,
            MeterRegistry meters) {
        this.keys = keys;
        this.properties = properties;
        this.clock = clock;
        this.assurancePolicy = assurancePolicy;
        this.issued = Counter.builder("token.generation")
                .description("Access tokens issued")
                .register(meters);
    }

    /**
     * A signed token.
     *
     * @param id its {@code jti}
     * @param lifetime how long it is good for
     * @param claims what it says
     */
    public record AccessToken(String id, String value, Duration lifetime, String scope, JWTClaimsSet claims) {
        /** Leaves the value out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "AccessToken[" + scope + "]";
        }
    }

    /** A token for a signed-in user: all scopes, and the roles that what they proved is good for. */
    AccessToken forSession(Account account, UUID sessionId, Assurance assurance) {
        Duration lifetime = account.administrator() ? properties.adminAccessLifetime() : properties.accessLifetime();
        return sign(
                claims(account, assurancePolicy.rolesFor(account, assurance), Scope.ALL, lifetime)
                        .claim(CallerClaims.SESSION, sessionId.toString())
                        .claim(
                                CallerClaims.AUTHENTICATED_AT,
                                assurance.provenAt().getEpochSecond())
                        .claim(CallerClaims.METHODS, assurance.claim()),
                Scope.ALL,
                lifetime);
    }

    /** A token for the holder of an API key: the key's scopes, and no administrator's role. */
    public AccessToken forApiKey(Account account, UUID apiKeyId, Set<String> scopes, Duration lifetime) {
        Set<Role> roles = account.roles().stream()
                .filter(role -> role.permissions().isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        return sign(
                claims(account, roles, scopes, lifetime).claim(CallerClaims.API_KEY, apiKeyId.toString()),
                scopes,
                lifetime);
    }

    /**
     * A token for somebody who came with a token of another issuer.
     *
     * @param authenticatedAt as that issuer says, if it does
     */
    public AccessToken forExternalIdentity(
            Account account,
            Set<Role> roles,
            Set<String> scopes,
            Optional<Instant> authenticatedAt,
            Duration lifetime) {
        JWTClaimsSet.Builder claims = claims(account, roles, scopes, lifetime);
        authenticatedAt.ifPresent(at -> claims.claim(CallerClaims.AUTHENTICATED_AT, at.getEpochSecond()));
        return sign(claims, scopes, lifetime);
    }

    /**
     * What an application's token says beside the account (RFC 9068 §2.2).
     *
     * @param clientId the application
     * @param sessionId ends with the grant
     * @param resources audiences asked for by RFC 8707, beside the suite's own
     * @param keyThumbprint of the key the token is bound to by RFC 9449
     * @param exchangedUntil of a token that was made from another one (RFC 8693): when that one ends
     */
    public record ApplicationGrant(
            UUID clientId,
            UUID sessionId,
            Set<String> scopes,
            Set<String> resources,
            Optional<String> keyThumbprint,
            Optional<Instant> exchangedUntil) {
        public ApplicationGrant {
            scopes = Set.copyOf(scopes);
            resources = Set.copyOf(resources);
        }
    }

    /** A token for an application that acts for somebody: the granted scopes, and no administrator's role. */
    public AccessToken forApplication(Account account, ApplicationGrant grant) {
        Set<Role> roles = account.roles().stream()
                .filter(role -> role.permissions().isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        Duration lifetime = grant.exchangedUntil()
                .map(end -> Duration.between(clock.instant(), end))
                .filter(left -> left.compareTo(properties.accessLifetime()) < 0)
                .orElse(properties.accessLifetime());
        JWTClaimsSet.Builder claims = claims(account, roles, grant.scopes(), lifetime)
                .audience(Stream.concat(
                                Stream.of(CallerClaims.AUDIENCE),
                                grant.resources().stream().sorted())
                        .toList())
                .claim(CallerClaims.SESSION, grant.sessionId().toString())
                .claim("client_id", grant.clientId().toString());
        grant.keyThumbprint().ifPresent(thumbprint -> claims.claim("cnf", Map.of("jkt", thumbprint)));
        grant.exchangedUntil()
                .ifPresent(
                        _ -> claims.claim(ACTOR, Map.of("sub", grant.clientId().toString())));
        return sign(claims, grant.scopes(), lifetime);
    }

    private JWTClaimsSet.Builder claims(Account account, Set<Role> roles, Set<String> scopes, Duration lifetime) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return new JWTClaimsSet.Builder()
                .issuer(properties.issuer())
                .audience(CallerClaims.AUDIENCE)
                .subject(account.id().toString())
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(lifetime)))
                .claim(CallerClaims.TENANT, account.tenantId().toString())
                .claim(CallerClaims.TIER, account.tier().wireName())
                .claim(
                        CallerClaims.ROLES,
                        Stream.concat(roles.stream(), Stream.of(Role.ofTier(account.tier())))
                                .map(Role::wireName)
                                .distinct()
                                .sorted()
                                .toList())
                .claim(CallerClaims.SCOPE, joined(scopes));
    }

    private AccessToken sign(JWTClaimsSet.Builder claims, Set<String> scopes, Duration lifetime) {
        JWTClaimsSet complete = claims.build();
        String value = keys.sign(complete, CallerClaims.TYPE);
        issued.increment();
        return new AccessToken(complete.getJWTID(), value, lifetime, joined(scopes), complete);
    }

    private static String joined(Set<String> scopes) {
        return String.join(" ", scopes.stream().sorted().toList());
    }
}
