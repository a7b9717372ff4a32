package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.authorization.TestBrowser.Stop;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Pushed requests (RFC 9126) and resource indicators (RFC 8707). */
class PushedRequestIT extends RunningAuthorizationServer {
    private static final String PAR = "/oauth/par";

    @Test
    void takesTheRequestFromTheApplicationItself() {
        App app = confidentialApp();
        HttpResponse<String> pushed = call(PAR, app, request(app));
        assertThat(pushed.statusCode()).as(pushed.body()).isEqualTo(201);
        String requestUri = json(pushed).get("request_uri").asString();
        String path = "/oauth/authorize?client_id=" + app.id() + "&request_uri=" + TestBrowser.encode(requestUri);
        TestBrowser browser = browser();

        Stop consent = signIn(browser, browser.open(path), anybody());
        Stop back = allow(browser, consent);

        assertThat(back.parameter("state")).contains("pushed");
        assertThat(redeem(app, back.parameter("code").orElseThrow()).statusCode())
                .isEqualTo(200);
        assertThat(browser.open(path).status()).isEqualTo(400);
    }

    @Test
    void checksTheRequestAtOnce() {
        App app = confidentialApp();
        Map<String, String> elsewhere = request(app);
        elsewhere.put("redirect_uri", "https://evil.example/");
        Map<String, String> unproven = request(app);
        unproven.remove("code_challenge");

        assertError(call(PAR, app, elsewhere), 400, "invalid_request");
        assertError(call(PAR, app, unproven), 400, "invalid_request");
        String requestUri =
                json(call(PAR, app, request(app))).get("request_uri").asString();
        Stop foreign = browser()
                .open("/oauth/authorize?client_id=" + publicApp().id() + "&request_uri="
                        + TestBrowser.encode(requestUri));
        assertThat(foreign.elsewhere()).isFalse();
    }

    /** RFC 8707: a token can be asked for by the name of this server, and for no other. */
    @Test
    void givesTokensForThisServerOnly() {
        App app = publicApp();
        assertThat(browser()
                        .open(authorize(app, Map.of("resource", "https://other.example/")))
                        .parameter("error"))
                .contains("invalid_target");

        JsonNode tokens = json(redeem(app, code(app, anybody(), Map.of("resource", "http://127.0.0.1:8080/api"))));

        assertThat(claims(tokens.get("access_token").asString()).getAudience())
                .containsExactly("culvert", "http://127.0.0.1:8080/api");
        assertError(
                token(
                        confidentialApp(),
                        Map.of("grant_type", "client_credentials", "resource", "https://other.example/")),
                400,
                "invalid_target");
    }

    private static Map<String, String> request(App app) {
        Map<String, String> request = new LinkedHashMap<>();
        request.put("client_id", app.id());
        request.put("response_type", "code");
        request.put("redirect_uri", CALLBACK);
        request.put("scope", SCOPES);
        request.put("state", "pushed");
        request.put("code_challenge", challenge(VERIFIER));
        request.put("code_challenge_method", "S256");
        return request;
    }
}
