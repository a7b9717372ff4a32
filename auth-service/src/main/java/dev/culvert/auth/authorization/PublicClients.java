package dev.culvert.auth.authorization;

import jakarta.servlet.http.HttpServletRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.PublicClientAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Public applications, which only say who they are (RFC 6749 §3.2.1). At the exchange of a code the engine makes them prove
 * by PKCE that they asked for it; a refresh token or a device code is proof of its own. Introspection needs a secret.
 */
final class PublicClients implements AuthenticationConverter, AuthenticationProvider {
    private static final Set<String> PATHS =
            Set.of(Endpoints.TOKEN, Endpoints.REVOKE, Endpoints.PUSHED_REQUESTS, Endpoints.DEVICE_AUTHORIZATION);

    private final ApplicationClients clients;
    private final PublicClientAuthenticationProvider byProofKey;

    PublicClients(ApplicationClients clients, AuthorizationStore authorizations) {
        this.clients = clients;
        this.byProofKey = new PublicClientAuthenticationProvider(clients, authorizations);
    }

    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String[] ids = request.getParameterValues(OAuth2ParameterNames.CLIENT_ID);
        boolean proves = request.getHeader(HttpHeaders.AUTHORIZATION) != null
                || request.getParameter(OAuth2ParameterNames.CLIENT_SECRET) != null
                || request.getParameter(OAuth2ParameterNames.CLIENT_ASSERTION) != null;
        if (ids == null || proves || !PATHS.contains(request.getServletPath())) {
            return null;
        }
        if (ids.length != 1 || ids[0].isBlank()) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_REQUEST);
        }
        return new OAuth2ClientAuthenticationToken(ids[0], ClientAuthenticationMethod.NONE, null, parameters(request));
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        OAuth2ClientAuthenticationToken asked = (OAuth2ClientAuthenticationToken) authentication;
        if (!ClientAuthenticationMethod.NONE.equals(asked.getClientAuthenticationMethod())) {
            return null;
        }
        if (AuthorizationGrantType.AUTHORIZATION_CODE
                .getValue()
                .equals(asked.getAdditionalParameters().get(OAuth2ParameterNames.GRANT_TYPE))) {
            return byProofKey.authenticate(asked);
        }
        RegisteredClient client = clients.findByClientId(asked.getPrincipal().toString());
        if (client == null || !client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_CLIENT);
        }
        return new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.NONE, null);
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2ClientAuthenticationToken.class.isAssignableFrom(authentication);
    }

    private static Map<String, Object> parameters(HttpServletRequest request) {
        Map<String, Object> parameters = new HashMap<>();
        request.getParameterMap()
                .forEach((name, values) -> parameters.put(name, values.length == 1 ? values[0] : values));
        parameters.remove(OAuth2ParameterNames.CLIENT_ID);
        return parameters;
    }
}
