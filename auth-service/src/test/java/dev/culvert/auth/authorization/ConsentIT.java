package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.authorization.TestBrowser.Form;
import dev.culvert.auth.authorization.TestBrowser.Stop;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ConsentIT extends RunningAuthorizationServer {
    private static final String CONSENTS = "/api/v1/oauth/consents";
    private static final String REFUSE = "/oauth/consent/refuse";

    /** S3.35: refusal returns access_denied, and is no consent. */
    @Test
    void tellsTheApplicationOfARefusal() {
        App app = publicApp();
        Person ada = client().registerVerified();
        TestBrowser browser = browser();
        Stop consent = signIn(browser, browser.open(authorize(app, Map.of())), ada);

        Stop back = browser.submit(consent.form(REFUSE));

        assertThat(back.url()).startsWith(CALLBACK + "?");
        assertThat(back.parameter("error")).contains("access_denied");
        assertThat(back.parameter("state")).contains("s-1");
        assertThat(back.parameter("iss")).isPresent();
        assertThat(back.parameter("code")).isEmpty();
        assertThat(browser.submit(consent.form(REFUSE)).status()).isEqualTo(400);
        assertThat(allow(browser, consent).status()).isEqualTo(400);
        assertThat(browser.open(authorize(app, Map.of())).body()).contains("Allow access?");
    }

    /** S3.35: trusted applications do not ask. */
    @Test
    void asksNobodyForTrustedApplications() {
        App app = register(admin(), false, Map.of("trusted", true));
        TestBrowser browser = browser();

        Stop back = signIn(browser, browser.open(authorize(app, Map.of())), anybody());

        assertThat(back.parameter("code")).isPresent();
    }

    /** S3.35: asked once for the same, again for more; a refusal of more takes nothing back. */
    @Test
    void remembersWhatWasAllowed() {
        App app = publicApp();
        TestBrowser browser = browser();
        allow(browser, signIn(browser, browser.open(authorize(app, Map.of())), anybody()));

        assertThat(browser.open(authorize(app, Map.of())).parameter("code")).isPresent();
        Stop more = browser.open(authorize(app, Map.of("scope", SCOPES + " tunnels:read")));
        assertThat(more.body()).contains("see your tunnels");
        assertThat(browser.submit(more.form(REFUSE)).parameter("error")).contains("access_denied");
        assertThat(browser.open(authorize(app, Map.of())).parameter("code")).isPresent();
    }

    /** RFC 8252 §8.6: any program on the user's machine could pass for one without a secret that gets its answers there. */
    @Test
    void asksEachTimeWhereAnybodyCouldPassForTheApplication() {
        String callback = "http://127.0.0.1:49152/callback";
        App app = register(owner(), false, Map.of("redirectUris", List.of("http://127.0.0.1/callback")));
        String request = authorize(app, Map.of("redirect_uri", callback, "scope", "openid"));
        TestBrowser browser = browser();
        Stop asked = signIn(browser, browser.open(request), anybody());
        assertThat(asked.body()).contains("know that it is you who signs in");
        assertThat(allow(browser, asked).parameter("code")).isPresent();

        assertThat(browser.open(request).body()).contains("Allow access?");
    }

    /** ASVS 10.7.3: consents are listed, and one taken back ends the tokens. */
    @Test
    void letsPeopleTakeAConsentBack() {
        App app = publicApp();
        Person ada = client().registerVerified();
        JsonNode tokens = tokens(app, ada);
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());

        JsonNode listed = json(signedIn.get(CONSENTS));
        assertThat(listed.get("items")).hasSize(1);
        assertThat(listed.at("/items/0/applicationId").asString()).isEqualTo(app.id());
        assertThat(listed.at("/items/0/applicationName").asString()).isEqualTo("Reading list");
        assertThat(listed.at("/items/0/scopes").toString()).contains("profile:read");
        AuthClient eve = client().signedIn();
        assertThat(json(eve.get(CONSENTS)).get("items").isEmpty()).isTrue();
        ProblemAssert.assertThat(eve.delete(CONSENTS + "/" + app.id())).isProblem(ProblemCode.NOT_FOUND);

        assertThat(signedIn.delete(CONSENTS + "/" + app.id()).statusCode()).isEqualTo(204);

        assertThat(json(signedIn.get(CONSENTS)).get("items").isEmpty()).isTrue();
        ProblemAssert.assertThat(
                        client().as(tokens.get("access_token").asString()).get("/api/v1/auth/me"))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertError(refresh(app, tokens.get("refresh_token").asString()), 400, "invalid_grant");
    }

    /** A question belongs to whoever was asked, and to the application that asked. */
    @Test
    void takesAnswersFromThoseAskedOnly() {
        App app = publicApp();
        TestBrowser ada = browser();
        Form allow = signIn(ada, ada.open(authorize(app, Map.of())), anybody()).form("/oauth/authorize");
        TestBrowser eve = browser();
        signIn(eve, eve.open(authorize(app, Map.of())), client().registerVerified());

        assertThat(eve.submit(allow).status()).isEqualTo(400);
        assertThat(browser().submit(allow).status()).isEqualTo(400);
        assertThat(ada.submit(allow.with("client_id", publicApp().id())).elsewhere())
                .isFalse();
        assertThat(ada.submit(allow.with("scope", "tunnels:write")).parameter("error"))
                .contains("invalid_scope");
    }

    @Test
    void endsEverythingWithTheApplication() {
        AuthClient owner = client().signedIn();
        App app = register(owner, false, Map.of());
        JsonNode tokens = tokens(app, anybody());

        assertThat(owner.delete(APPLICATIONS + "/" + app.id()).statusCode()).isEqualTo(204);

        ProblemAssert.assertThat(
                        client().as(tokens.get("access_token").asString()).get("/api/v1/auth/me"))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertError(refresh(app, tokens.get("refresh_token").asString()), 401, "invalid_client");
    }

    @Test
    void showsNamesAsTheyAre() {
        App app = register(
                owner(), false, Map.of("name", "<script>alert(1)</script>", "redirectUris", List.of(CALLBACK)));
        TestBrowser browser = browser();

        Stop signIn = browser.open(authorize(app, Map.of()));
        Stop consent = signIn(browser, signIn, anybody());

        assertThat(signIn.body() + consent.body())
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script");
    }
}
