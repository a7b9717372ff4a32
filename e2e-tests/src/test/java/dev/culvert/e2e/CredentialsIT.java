package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** The two ways in, by signing in and by key, and what is told of the calls afterwards. */
@ExtendWith(SharedSuite.class)
@Timeout(300)
class CredentialsIT {

    /** S2.4: told apart by form. */
    @Test
    void tokenAndKeyOpenTheSameCallAndAKeyNeverSignsIn(RunningSuite suite) throws Exception {
        Person ada = SharedSuite.newPerson(suite);
        String tunnel = ada.createTunnel("home");
        String key = ada.createApiKey("tunnels:read");

        assertThat(ada.get("/api/v1/tunnels/" + tunnel).statusCode()).isEqualTo(200);
        assertThat(by(suite, ada, key, "/api/v1/tunnels/" + tunnel).statusCode())
                .isEqualTo(200);

        assertThat(ada.anonymous("POST", "/api/v1/auth/login", Map.of("username", ada.username(), "password", key))
                        .statusCode())
                .isEqualTo(401);
        assertThat(ada.anonymous("POST", "/api/v1/auth/refresh", Map.of("refresh_token", key))
                        .statusCode())
                .isEqualTo(401);
    }

    /** S3.8: the same call by an API key, by an application's OAuth 2.0 token and by the sign-in of a tenant's owner. */
    @Test
    void theSameCallPassesByAllThreeCredentials(RunningSuite suite) throws Exception {
        Person owner = SharedSuite.newPerson(suite);
        String tunnel = "/api/v1/tunnels/" + owner.createTunnel("home");
        JsonNode application = Person.expect(
                201,
                owner.post(
                        "/api/v1/oauth/applications",
                        Map.of(
                                "name",
                                "report",
                                "redirectUris",
                                List.of(),
                                "scopes",
                                List.of("tunnels:read"),
                                "confidential",
                                true)));
        String secret = application.get("clientId").asString() + ":"
                + application.get("clientSecret").asString();
        HttpRequest token = HttpRequest.newBuilder(suite.gateway().resolve("/oauth/token"))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(UTF_8)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials&scope=tunnels:read"))
                .build();
        String granted = Person.expect(200, owner.http().send(token, BodyHandlers.ofString()))
                .get("access_token")
                .asString();

        for (String credential : List.of(owner.createApiKey("tunnels:read"), granted, owner.accessToken())) {
            assertThat(by(suite, owner, credential, tunnel).statusCode()).isEqualTo(200);
        }
    }

    /** S3.10. */
    @Test
    void theRightScopeOpensNothingOfAnotherTenant(RunningSuite suite) throws Exception {
        Person ada = SharedSuite.newPerson(suite);
        Person bob = SharedSuite.newPerson(suite);
        String tunnel = ada.createTunnel("home");

        assertThat(by(suite, bob, bob.createApiKey("tunnels:read"), "/api/v1/tunnels/" + tunnel)
                        .statusCode())
                .isEqualTo(404);
        assertThat(by(suite, ada, ada.createApiKey("webhooks:read"), "/api/v1/tunnels/" + tunnel)
                        .statusCode())
                .isEqualTo(403);
    }

    /** S2.35, S2.36 from the gateway to the figures; with kills and outages between them in KilledProcessesIT. */
    @Test
    void eachCallIsCountedOnce(RunningSuite suite) throws Exception {
        Person ada = SharedSuite.newPerson(suite);
        String tunnel = ada.createTunnel("home");
        String key = ada.createApiKey("tunnels:read");
        for (int i = 0; i < 50; i++) {
            assertThat(by(suite, ada, key, "/api/v1/tunnels/" + tunnel).statusCode())
                    .isEqualTo(200);
        }

        // Each look is a call as well, and there are a hundred in a minute.
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> calls(ada, "&endpoint=/api/v1/tunnels/%7Bid%7D")
                                .path("total")
                                .asInt()
                        == 50);

        JsonNode call =
                calls(ada, "&endpoint=/api/v1/tunnels/%7Bid%7D").path("items").path(0);
        assertThat(call.path("keyId").asString()).isNotEmpty();
        assertThat(call.path("status").asInt()).isEqualTo(200);
        JsonNode days = Person.expect(200, ada.get("/api/v1/usage?endpoint=/api/v1/tunnels/%7Bid%7D"));
        assertThat(days.at("/total/calls").asInt()).isEqualTo(50);
        assertThat(days.at("/days/0/method").asString()).isEqualTo("GET");
    }

    private static JsonNode calls(Person person, String query) throws IOException, InterruptedException {
        return Person.expect(200, person.get("/api/v1/usage/calls?limit=1" + query));
    }

    private static HttpResponse<String> by(RunningSuite suite, Person person, String credential, String path)
            throws IOException, InterruptedException {
        return person.http()
                .send(
                        HttpRequest.newBuilder(suite.gateway().resolve(path))
                                .header("Authorization", "Bearer " + credential)
                                .build(),
                        BodyHandlers.ofString());
    }
}
