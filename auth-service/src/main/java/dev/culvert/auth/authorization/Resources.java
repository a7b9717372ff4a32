package dev.culvert.auth.authorization;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationGrantAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;

/**
 * Resource indicators (RFC 8707): addresses an application wants its tokens for. There is one resource server, the suite
 * behind its public address; a token is good there in any case, and says so by that name when it was asked for.
 */
final class Resources {
    static final String PARAMETER = "resource";

    private Resources() {}

    /** What a token request names, else what the authorization request named. */
    static List<String> of(OAuth2TokenContext context) {
        Authentication grant = context.getAuthorizationGrant();
        if (grant instanceof OAuth2AuthorizationGrantAuthenticationToken request) {
            List<String> asked = of(request.getAdditionalParameters());
            if (!asked.isEmpty()) {
                return asked;
            }
        }
        OAuth2Authorization authorization = context.getAuthorization();
        OAuth2AuthorizationRequest request =
                authorization == null ? null : authorization.getAttribute(OAuth2AuthorizationRequest.class.getName());
        return request == null ? List.of() : of(request.getAdditionalParameters());
    }

    static List<String> of(Map<String, Object> parameters) {
        return values(parameters.get(PARAMETER));
    }

    /** Whether every resource is this suite. */
    static boolean known(List<String> resources, String issuer) {
        return resources.stream().allMatch(resource -> resource.equals(issuer) || resource.startsWith(issuer + "/"));
    }

    /** The error for any other resource. */
    static OAuth2Error invalidTarget() {
        return new OAuth2Error("invalid_target", "Tokens are given for this server only.", null);
    }

    /** Refuses a token request that names another resource. */
    static void require(List<String> resources, String issuer) {
        if (!known(resources, issuer)) {
            throw new OAuth2AuthenticationException(invalidTarget());
        }
    }

    private static List<String> values(@Nullable Object value) {
        return switch (value) {
            case null -> List.of();
            case String[] many -> List.of(many);
            case Collection<?> many -> many.stream().map(Object::toString).toList();
            default -> List.of(value.toString());
        };
    }
}
