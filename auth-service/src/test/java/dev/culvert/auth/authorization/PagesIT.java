package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.authorization.TestBrowser.Form;
import dev.culvert.auth.authorization.TestBrowser.Stop;
import dev.culvert.auth.secondfactor.TestingApp;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesIT extends RunningAuthorizationServer {
    private static final String SIGN_IN = "/oauth/sign-in";

    /** RFC 9700 §4.16, X-40: nothing is loaded, framed or run; forms go here and to the application's address only. */
    @Test
    void haveAStrictPolicyAndNoScript() {
        TestBrowser browser = browser();
        Stop signIn = browser.open(authorize(publicApp(), Map.of()));
        Stop consent = signIn(browser, signIn, anybody());
        Stop refused = browser.open(authorize(publicApp(), Map.of("redirect_uri", "https://evil.example/")));

        Stream.of(signIn, consent, refused).forEach(page -> {
            String policy = page.header("Content-Security-Policy");
            assertThat(policy)
                    .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "style-src 'sha256-")
                    .doesNotContain("unsafe");
            assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
            assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(page.header("Cache-Control")).contains("no-store");
            assertThat(page.body())
                    .contains("<html lang=\"en\">", "<meta name=\"viewport\"", "<h1>", "<main>")
                    .doesNotContain("<script", "onclick", "style=\"", "http-equiv");
        });
        assertThat(consent.body()).contains("<a href=\"/oauth/logout\">");
        assertThat(consent.header("Content-Security-Policy")).contains("form-action 'self' https://app.example.org");
        assertThat(signIn.body())
                .contains("<label for=\"username\">", "<label for=\"password\">", "autocomplete=\"current-password\"");
    }

    @Test
    void giveTheCookieToThesePagesOnly() {
        TestBrowser browser = browser();
        Stop signIn = browser.open(authorize(publicApp(), Map.of()));
        Person ada = client().registerVerified();

        HttpResponse<String> answer = browser.post(credentials(signIn, ada));

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().allValues("Set-Cookie"))
                .anySatisfy(cookie -> assertThat(cookie)
                        .startsWith("culvert_browser=")
                        .contains("Path=/oauth", "HttpOnly", "SameSite=Lax", "Max-Age=1800"));
        String cookie = browser.cookies().get("culvert_browser");
        assertThat(column("SELECT b::text FROM auth.browser_session b")).noneMatch(row -> row.contains(cookie));
    }

    /** AC1.2: the pages ask for the code, too. */
    @Test
    void askForACodeWhereOneIsNeeded() {
        Person ada = client().registerVerified();
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());
        var app = new TestingApp(
                json(signedIn.post("/api/v1/auth/second-factor")).get("secret").asString(), clock);
        signedIn.post("/api/v1/auth/second-factor/confirm", Map.of("code", app.code()));
        clock.skip(Duration.ofSeconds(30)); // the code that confirmed the app is used up
        TestBrowser browser = browser();

        Stop codePage = signIn(browser, browser.open(authorize(publicApp(), Map.of())), ada);
        assertThat(codePage.body()).contains("<label for=\"code\">", "autocomplete=\"one-time-code\"");
        assertThat(browser.cookies()).doesNotContainKey("culvert_browser");

        Stop wrong = browser.submit(codePage.form("/oauth/sign-in/code").with("code", app.wrongCode()));
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.body()).contains("role=\"alert\"");

        Stop consent = browser.submit(wrong.form("/oauth/sign-in/code").with("code", app.code()));
        assertThat(consent.form("/oauth/authorize").fields()).isNotEmpty();
        assertThat(browser.cookies()).containsKey("culvert_browser");
    }

    @Test
    void refuseFormsOfOtherSites() {
        TestBrowser browser = browser();
        Stop signIn = browser.open(authorize(publicApp(), Map.of()));
        Form form = credentials(signIn, anybody());

        assertThat(browser.post(form.without("_csrf")).statusCode()).isEqualTo(403);
        assertThat(browser.post(form.with("_csrf", "made-up")).statusCode()).isEqualTo(403);
        assertThat(browser().post(form).statusCode()).isEqualTo(403);
        assertThat(browser.cookies()).doesNotContainKey("culvert_browser");
    }

    /** A session somebody planted before the sign-in is not the one after it. */
    @Test
    void beginANewSessionAtEachSignIn() {
        App app = publicApp();
        TestBrowser browser = browser();
        browser.cookies().put("culvert_browser", "planted");
        Person ada = client().registerVerified();
        signIn(browser, browser.open(authorize(app, Map.of())), ada);
        String first = browser.cookies().get("culvert_browser");
        assertThat(first).isNotEqualTo("planted");

        signIn(browser, browser.open(authorize(app, Map.of("prompt", "login"))), ada);

        assertThat(browser.cookies().get("culvert_browser")).isNotEqualTo(first);
        TestBrowser thief = browser();
        thief.cookies().put("culvert_browser", first);
        assertThat(thief.open(authorize(app, Map.of())).body()).contains("<h1>Sign in</h1>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example/oauth/authorize",
                "/oauth/authorize/../../evil",
                "/\\evil.example",
                "/oauth/authorizeevil",
                "/api/v1/auth/me",
                "/oauth/authorize?a=b\r\nSet-Cookie: x=y",
                ""
            })
    void leadToNoOtherPlaceAfterSigningIn(String target) {
        TestBrowser browser = browser();
        Form form = credentials(browser.open(authorize(publicApp(), Map.of())), anybody())
                .with("continue", target);

        HttpResponse<String> answer = browser.post(form);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Location")).isEmpty();
        assertThat(browser.open(SIGN_IN + "?continue=" + TestBrowser.encode(target))
                        .status())
                .isEqualTo(400);
    }

    /** S1.6, S3.34: the same answers as at the API, as text in the page; nothing typed comes back but the name. */
    @Test
    void checkPasswordsLikeEverySignIn() {
        TestBrowser browser = browser();
        Person ada = client().registerVerified();
        Form form = credentials(browser.open(authorize(publicApp(), Map.of())), ada);

        Stop wrong = browser.submit(form.with("password", "Wrong-Horse-7"));
        Stop unknown = browser.submit(form.with("username", "nobody-at-all"));
        Stop unverified =
                browser.submit(form.with("username", client().register().username()));

        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.body()).contains("role=\"alert\"", ada.username()).doesNotContain("Wrong-Horse-7");
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unverified.status()).isEqualTo(403);
        assertThat(browser.cookies()).doesNotContainKey("culvert_browser");
        TestBrowser elsewhere = browser(); // at an address whose failures are all of this account
        Form again = credentials(elsewhere.open(authorize(publicApp(), Map.of())), ada);
        for (int i = 0; i < 4; i++) {
            elsewhere.submit(again.with("password", "Wrong-Horse-7"));
        }
        assertThat(elsewhere.submit(again).status()).isEqualTo(403);
    }

    @Test
    void askForThePasswordAgainAfterHalfAnHour() {
        App app = register(admin(), false, Map.of("trusted", true));
        TestBrowser browser = browser();
        signIn(browser, browser.open(authorize(app, Map.of())), anybody());
        assertThat(browser.open(authorize(app, Map.of())).parameter("code")).isPresent();

        clock.skip(Duration.ofMinutes(31));

        assertThat(browser.open(authorize(app, Map.of())).body()).contains("<h1>Sign in</h1>");
    }

    private static Form credentials(Stop page, Person person) {
        return page.form(SIGN_IN).with("username", person.username()).with("password", "Correct-Horse-7");
    }
}
