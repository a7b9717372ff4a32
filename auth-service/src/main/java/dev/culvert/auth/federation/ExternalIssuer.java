package dev.culvert.auth.federation;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One trusted OpenID provider.
 *
 * @param id short name in addresses and records
 * @param name what people read on the button of the sign-in page; the id when empty
 * @param issuer the exact {@code iss} of its tokens
 * @param audiences of which an access token must name one to be accepted; none means no access token is
 * @param discoveryUri where its metadata is; by default below the issuer (OpenID Connect Discovery §4)
 * @param jwksUri where its keys are; by default as the metadata says
 * @param algorithms that may sign its tokens: RS, PS and ES of any size, EdDSA
 * @param emailClaim holds the mail address
 * @param trustEmail whether its addresses are proven although no {@code email_verified} says so
 * @param usernameClaim holds the wished-for username
 * @param grantsClaim holds names of roles or permissions: a claim, or a path like {@code realm_access.roles}
 * @param grants what those names allow here
 * @param scopes that every token of it has; by default those that API keys may have
 * @param secondFactorClaim says how somebody signed in; administrators' roles count only after a second factor
 * @param secondFactorValues of which one in that claim stands for a second factor
 * @param createAccounts whether a subject nobody knows yet gets an account
 * @param linkByEmail whether a subject nobody knows yet gets the account that has its proven mail address
 * @param clientId of this suite at the provider; with it there is a button on the sign-in page
 * @param clientSecret of this suite at the provider; empty for a public client
 * @param signInScopes asked for at sign-in
 */
record ExternalIssuer(
        String id,
        @DefaultValue("") String name,
        String issuer,
        @DefaultValue Set<String> audiences,
        @Nullable URI discoveryUri,
        @Nullable URI jwksUri,
        @DefaultValue({"RS256", "PS256", "ES256", "EdDSA"}) Set<String> algorithms,
        @DefaultValue("email") String emailClaim,
        @DefaultValue("false") boolean trustEmail,
        @DefaultValue("preferred_username") String usernameClaim,
        @DefaultValue("") String grantsClaim,
        @DefaultValue List<Grant> grants,

        @DefaultValue({
            Scope.PROFILE_READ,
            Scope.TUNNELS_READ,
            Scope.TUNNELS_WRITE,
            Scope.TUNNELS_CONNECT,
            Scope.TUNNELS_USE,
            Scope.PROXIES_READ,
            Scope.PROXIES_WRITE,
            Scope.PROXIES_USE,
            Scope.WEBHOOKS_READ,
            Scope.WEBHOOKS_WRITE
        })
        Set<String> scopes,

        @DefaultValue("amr") String secondFactorClaim,
        @DefaultValue("mfa") Set<String> secondFactorValues,
        @DefaultValue("true") boolean createAccounts,
        @DefaultValue("false") boolean linkByEmail,
        @DefaultValue("") String clientId,
        @DefaultValue("") String clientSecret,
        @DefaultValue({"openid", "profile", "email"}) List<String> signInScopes) {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final Pattern ALGORITHM = Pattern.compile("(RS|PS|ES)(256|384|512)|EdDSA|Ed25519");

    /**
     * What one role or permission of the provider allows here.
     *
     * @param value as it stands in the claim
     * @param role an administrator's role; the other roles follow the plan
     * @param scopes further scopes
     */
    record Grant(
            String value,
            @DefaultValue Optional<Role> role,
            @DefaultValue Set<String> scopes) {
        Grant {
            scopes = Set.copyOf(scopes);
            role.filter(given -> !given.administrator()).ifPresent(given -> {
                throw new IllegalArgumentException(
                        "The role " + given.wireName() + " follows the plan and cannot be mapped");
            });
            requireKnown(scopes);
        }
    }

    ExternalIssuer {
        require(ID.matcher(id).matches(), "The id of an issuer has lower-case letters, digits and hyphens: " + id);
        URI address = URI.create(issuer);
        require(
                address.isAbsolute() && address.getHost() != null && address.getQuery() == null,
                "An issuer is an address without query: " + issuer);
        require(
                !algorithms.isEmpty()
                        && algorithms.stream()
                                .allMatch(algorithm ->
                                        ALGORITHM.matcher(algorithm).matches()),
                "Only RS, PS, ES and EdDSA may sign tokens of " + id);
        require(!audiences.isEmpty() || !clientId.isEmpty(), "Issuer " + id + " needs audiences, a client-id or both");
        // An id token is for the client it names; it must never pass for an access token.
        require(clientId.isEmpty() || !audiences.contains(clientId), "The client-id of " + id + " is no audience");
        name = name.isEmpty() ? id : name;
        scopes = Set.copyOf(scopes);
        requireKnown(scopes);
        audiences = Set.copyOf(audiences);
        algorithms = Set.copyOf(algorithms);
        grants = List.copyOf(grants);
        secondFactorValues = Set.copyOf(secondFactorValues);
        signInScopes = List.copyOf(signInScopes);
    }

    boolean acceptsTokens() {
        return !audiences.isEmpty();
    }

    boolean offersSignIn() {
        return !clientId.isEmpty();
    }

    String metadataAddress() {
        if (discoveryUri != null) {
            return discoveryUri.toString();
        }
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        return base + "/.well-known/openid-configuration";
    }

    /** Leaves the secret out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "ExternalIssuer[" + id + ", " + issuer + "]";
    }

    private static void requireKnown(Set<String> scopes) {
        require(Scope.ALL.containsAll(scopes), "Not all of these scopes exist: " + scopes);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
