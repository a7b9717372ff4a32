package dev.culvert.gateway.routing;

import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService.Received;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way to the authorization server: clients prove themselves there, and its pages have a policy of their own. */
class AuthorizationServerRouteIT {
    private static final String FORM = "application/x-www-form-urlencoded";

    private final TestingGateway gateway = TestingGateway.shared();

    @BeforeEach
    void forget() {
        gateway.service().forget();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/oauth/authorize?client_id=x",
                "/oauth/sign-in",
                "/oauth2/jwks",
                "/.well-known/openid-configuration",
                "/.well-known/oauth-authorization-server",
                "/.well-known/oauth-protected-resource"
            })
    void isOpen(String path) {
        assertThat(send(gateway.anonymous(path)).statusCode()).isEqualTo(200);
        assertThat(gateway.service().next().uri()).isEqualTo(path);
    }

    @Test
    void handsOnTheSecretsOfClients() {
        send(post(
                gateway.anonymous("/oauth/token").header("Authorization", "Basic eDp5"),
                FORM,
                "grant_type=client_credentials"));

        Received received = gateway.service().next();
        assertThat(received.headers().getFirst("Authorization")).isEqualTo("Basic eDp5");
    }

    @Test
    void handsOnWhoCalls() {
        send(gateway.signedIn("/oauth/userinfo").header("Culvert-Caller-Token", "made-up"));

        Received received = gateway.service().next();
        assertThat(received.headers().getFirst("Authorization")).startsWith("Bearer ey");
        assertThat(received.headers().getFirst("Culvert-Caller-Token")).isNull();
    }

    /** What does not hold here is not shown to the server, which would not ask for the proof of a bound token. */
    @Test
    void keepsTokensThatDoNotHold() {
        send(gateway.anonymous("/oauth/userinfo").header("Authorization", "Bearer made-up"));

        assertThat(gateway.service().next().headers().getFirst("Authorization")).isNull();
    }

    @Test
    void leavesThePolicyOfPagesToTheServer() {
        String policy = "default-src 'none'; form-action 'self' https://app.example.org";
        gateway.service()
                .on(
                        "/oauth/consent",
                        (_, response) -> response.header("Content-Security-Policy", policy)
                                .header("Set-Cookie", "culvert_browser=x; Path=/oauth")
                                .send());

        HttpResponse<String> page = send(gateway.anonymous("/oauth/consent"));

        assertThat(page.headers().allValues("Content-Security-Policy")).containsExactly(policy);
        assertThat(page.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(page.headers().firstValue("Set-Cookie")).hasValue("culvert_browser=x; Path=/oauth");
    }
}
