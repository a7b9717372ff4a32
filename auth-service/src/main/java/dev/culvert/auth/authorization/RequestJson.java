package dev.culvert.auth.authorization;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Authorization requests as they are stored: our own form, so that no class name is ever read from the database. */
@Component
class RequestJson {
    private final JsonMapper json;

    RequestJson(JsonMapper json) {
        this.json = json;
    }

    private record Form(
            String authorizationUri,
            String clientId,
            @Nullable String redirectUri,
            @Nullable String state,
            Set<String> scopes,
            Map<String, Object> parameters) {}

    String write(OAuth2AuthorizationRequest request) {
        return json.writeValueAsString(new Form(
                request.getAuthorizationUri(),
                request.getClientId(),
                request.getRedirectUri(),
                request.getState(),
                request.getScopes(),
                request.getAdditionalParameters()));
    }

    OAuth2AuthorizationRequest read(String stored) {
        Form form = json.readValue(stored, Form.class);
        return OAuth2AuthorizationRequest.authorizationCode()
                .authorizationUri(form.authorizationUri())
                .clientId(form.clientId())
                .redirectUri(form.redirectUri())
                .state(form.state())
                .scopes(form.scopes())
                .additionalParameters(form.parameters())
                .build();
    }
}
