package dev.culvert.auth.authorization;

import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

/**
 * Decides whether somebody is asked before an application gets a code (requirement S3.35). What was allowed once is not
 * asked again, unless any program on the user's machine could pass for the application: one without a secret whose answers
 * go to that machine (RFC 8252 §8.6).
 */
final class ConsentNeeded implements Predicate<OAuth2AuthorizationCodeRequestAuthenticationContext> {
    private static final String HELD_BY_ITS_OWNER = "https:";

    @Override
    public boolean test(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
        RegisteredClient client = context.getRegisteredClient();
        if (!client.getClientSettings().isRequireAuthorizationConsent()) {
            return false;
        }
        var request = Objects.requireNonNull(context.getAuthorizationRequest());
        OAuth2AuthorizationConsent before = context.getAuthorizationConsent();
        Set<String> allowed = before == null ? Set.of() : before.getScopes();
        return !allowed.containsAll(request.getScopes())
                || anybodyCouldBe(client, Objects.requireNonNullElse(request.getRedirectUri(), ""));
    }

    private static boolean anybodyCouldBe(RegisteredClient client, String redirectUri) {
        return client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)
                && !redirectUri.startsWith(HELD_BY_ITS_OWNER);
    }
}
