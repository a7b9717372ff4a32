package dev.culvert.auth.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.authorization.TestBrowser.Stop;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** S1.12: whoever was let in with the old password is let in nowhere any more, on the pages of the server neither. */
class NewPasswordIT extends RunningAuthorizationServer {
    private static final String NEW_PASSWORD = "Quiet-Lantern-4";

    @Test
    void signsBrowsersOutWhenThePasswordIsChanged() {
        Person ada = client().registerVerified();
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());
        App app = publicApp();
        TestBrowser browser = browser();
        String code = allow(browser, signIn(browser, browser.open(authorize(app, Map.of())), ada))
                .parameter("code")
                .orElseThrow();

        assertThat(signedIn.post(
                                "/api/v1/auth/password",
                                Map.of("currentPassword", AuthClient.PASSWORD, "newPassword", NEW_PASSWORD))
                        .statusCode())
                .isEqualTo(204);

        assertSignedOut(ada, app, browser);
        assertError(redeem(app, code), 400, "invalid_grant");
    }

    @Test
    void signsBrowsersOutWhenThePasswordIsReset() {
        Person ada = client().registerVerified();
        App app = publicApp();
        TestBrowser browser = browser();
        signIn(browser, browser.open(authorize(app, Map.of())), ada);
        client().post("/api/v1/auth/password-reset", Map.of("email", ada.email()));

        assertThat(client().post(
                                "/api/v1/auth/password-reset/confirm",
                                Map.of("token", AuthClient.resetToken(ada), "newPassword", NEW_PASSWORD))
                        .statusCode())
                .isEqualTo(204);

        assertSignedOut(ada, app, browser);
    }

    /** The same for whoever signs out everywhere, e.g. because a browser was left open somewhere. */
    @Test
    void signsBrowsersOutWithAllSessions() {
        Person ada = client().registerVerified();
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());
        App app = publicApp();
        TestBrowser browser = browser();
        signIn(browser, browser.open(authorize(app, Map.of())), ada);

        assertThat(signedIn.delete("/api/v1/auth/sessions?keepCurrent=true").statusCode())
                .isEqualTo(200);

        assertSignedOut(ada, app, browser);
        assertThat(signedIn.get("/api/v1/auth/me").statusCode()).isEqualTo(200);
    }

    private void assertSignedOut(Person person, App app, TestBrowser browser) {
        assertThat(column("SELECT id FROM auth.browser_session WHERE account_id = ?", person.userId()))
                .isEmpty();
        Stop page = browser.open(authorize(app, Map.of()));
        assertThat(page.body()).contains("<label for=\"password\">");
    }
}
