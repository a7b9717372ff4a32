package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.authorization.TestBrowser.Stop;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** RFC 8628. */
class DeviceFlowIT extends RunningAuthorizationServer {

    @Test
    void connectsADevice() {
        App app = device();
        Person ada = client().registerVerified();
        JsonNode started = start(app);
        assertThat(started.get("expires_in").asInt()).isBetween(500, 600);
        assertThat(started.get("verification_uri").asString()).endsWith("/oauth/device");
        assertError(poll(app, started), 400, "authorization_pending");

        TestBrowser browser = browser();
        Stop page = signIn(browser, browser.open("/oauth/device"), ada);
        assertThat(page.body()).contains("<h1>Connect a device</h1>");
        Stop consent = browser.submit(page.form("/oauth/device")
                .with("user_code", started.get("user_code").asString().toLowerCase(Locale.ROOT)));
        assertThat(consent.body()).contains("Allow access?", "see your tunnels", "on a device in front of you");
        Stop done = browser.submit(consent.form("/oauth/device"));
        assertThat(done.body()).contains("The device is connected");

        HttpResponse<String> answer = poll(app, started);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode tokens = json(answer);
        assertThat(claims(tokens.get("access_token").asString()).getSubject())
                .isEqualTo(ada.userId().toString());
        assertThat(tokens.get("scope").asString()).isEqualTo("tunnels:read");
        assertError(poll(app, started), 400, "invalid_grant");
        assertThat(refresh(app, tokens.get("refresh_token").asString()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void tellsTheDeviceOfARefusal() {
        App app = device();
        JsonNode started = start(app);
        TestBrowser browser = browser();
        Stop consent = signIn(
                browser,
                browser.open(
                        "/oauth/device?user_code=" + started.get("user_code").asString()),
                anybody());

        Stop refused = browser.submit(consent.form("/oauth/device/refuse"));

        assertThat(refused.body()).contains("The device gets no access");
        assertError(poll(app, started), 400, "access_denied");
        assertThat(browser.submit(consent.form("/oauth/device")).status()).isEqualTo(400);
        assertError(poll(app, started), 400, "access_denied");
    }

    @Test
    void refusesWrongAndOldCodes() {
        App app = device();
        JsonNode started = start(app);
        TestBrowser browser = browser();
        Stop page = signIn(browser, browser.open("/oauth/device"), anybody());
        assertThat(browser.submit(page.form("/oauth/device").with("user_code", "BBBB-BBBB"))
                        .body())
                .contains("role=\"alert\"");
        assertError(poll(publicApp(), started), 400, "invalid_grant");

        clock.skip(Duration.ofMinutes(11));

        assertThat(browser.open("/oauth/device?user_code="
                                + started.get("user_code").asString())
                        .status())
                .isIn(200, 400);
        HttpResponse<String> late = poll(app, started);
        assertThat(late.statusCode()).isEqualTo(400);
    }

    @Test
    void isForApplicationsThatHaveIt() {
        assertError(
                call("/oauth/device_authorization", publicApp(), Map.of("scope", "tunnels:read")),
                400,
                "unauthorized_client");
        assertError(
                call("/oauth/device_authorization", device(), Map.of("scope", "tunnels:write")), 400, "invalid_scope");
    }

    private App device() {
        return register(owner(), false, Map.of("deviceFlow", true, "redirectUris", List.of()));
    }

    private JsonNode start(App app) {
        HttpResponse<String> answer = call("/oauth/device_authorization", app, Map.of("scope", "tunnels:read"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private HttpResponse<String> poll(App app, JsonNode started) {
        return token(
                app,
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "device_code",
                        started.get("device_code").asString()));
    }
}
