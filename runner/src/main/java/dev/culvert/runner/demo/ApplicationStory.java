package dev.culvert.runner.demo;

import dev.culvert.runner.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The part of the demo in which a program registers as an OAuth application and calls the API with a token of its own. */
final class ApplicationStory {
    private static final String APPLICATIONS = "/api/v1/oauth/applications";
    private static final String TUNNELS = "/api/v1/tunnels";

    private final GatewayClient gateway;
    private final Narrator tell;

    ApplicationStory(GatewayClient gateway, Narrator tell) {
        this.gateway = gateway;
        this.tell = tell;
    }

    /**
     * Tells it.
     *
     * @param token of the application's owner
     */
    void tell(String token) throws IOException, InterruptedException {
        tell.step("Let a program act by OAuth 2.0");
        JsonNode application = gateway.post(
                201,
                APPLICATIONS,
                Optional.of(token),
                Map.of(
                        "name",
                        "Demo report",
                        "redirectUris",
                        List.of(),
                        "scopes",
                        List.of("profile:read", "tunnels:read"),
                        "confidential",
                        true));
        String id = application.path("clientId").asString();
        tell.say("POST %s: 201, client %s with a secret shown once".formatted(APPLICATIONS, id));
        try {
            act(id, application.path("clientSecret").asString());
        } finally {
            gateway.delete(APPLICATIONS + "/" + id, token);
        }
    }

    private void act(String id, String secret) throws IOException, InterruptedException {
        JsonNode granted = gateway.form(
                "/oauth/token", id, secret, Map.of("grant_type", "client_credentials", "scope", "tunnels:read"));
        String scope = granted.path("scope").asString("");
        if (!scope.equals("tunnels:read")) {
            throw new Refusal("The application asked for tunnels:read and got: " + scope);
        }
        tell.say("POST /oauth/token: 200, a token for %d s with the scope it asked for, %s"
                .formatted(granted.path("expires_in").asInt(), scope));

        String own = granted.path("access_token").asString();
        int tunnels = gateway.get(TUNNELS, own).path("total").asInt(-1);
        JsonNode refused = gateway.post(403, TUNNELS, Optional.of(own), Map.of("name", "more-than-allowed"));
        tell.say("GET %s with it: 200, %d tunnel(s); POST %s: 403, %s"
                .formatted(TUNNELS, tunnels, TUNNELS, refused.path("detail").asString()));
    }
}
