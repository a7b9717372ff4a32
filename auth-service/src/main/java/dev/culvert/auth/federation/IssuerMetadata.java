package dev.culvert.auth.federation;

import java.util.Optional;
import java.util.Set;

/**
 * What a provider says of itself (OpenID Connect Discovery §3).
 *
 * @param namesItself whether its answers carry {@code iss} (RFC 9207)
 * @param clientAuthentication ways in which clients may prove who they are at the token endpoint
 */
record IssuerMetadata(
        String jwksUri,
        Optional<String> authorizationEndpoint,
        Optional<String> tokenEndpoint,
        boolean namesItself,
        Set<String> clientAuthentication) {
    IssuerMetadata {
        clientAuthentication = Set.copyOf(clientAuthentication);
    }
}
