package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static dev.culvert.auth.federation.TestingProvider.ACME;
import static dev.culvert.auth.federation.TestingProvider.LINKING;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.authorization.TestBrowser.Stop;
import dev.culvert.auth.secondfactor.TestingApp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.util.HtmlUtils;

/** Signing in on our page at a real second issuer (requirement X-1; OpenID Connect Core §3.1, RFC 7636, RFC 9207). */
class ExternalSignInIT extends RunningAuthorizationServer {
    private static final String CALLBACK_PATH = "/oauth/sign-in/from/acme";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    private String subject = "";

    @BeforeEach
    void signInAsSomebodyNew() {
        subject = "person-" + UUID.randomUUID();
        idTokensWith(claims -> claims);
    }

    @Test
    void signsInAndGoesOnWithTheAuthorization() throws Exception {
        App app = publicApp();
        TestBrowser browser = browser();

        Stop consent = browser.open(pathOf(atProvider(leave(browser, app))));
        Stop back = allow(browser, consent);
        String token = json(redeem(app, back.parameter("code").orElseThrow()))
                .get("access_token")
                .asString();

        assertThat(column("SELECT account_id FROM auth.external_identity WHERE subject = ?", subject))
                .containsExactly(claims(token).getSubject());
        assertThat(column("SELECT result FROM auth.audit_record WHERE attempted_name = ?", "acme:" + subject))
                .containsExactlyInAnyOrder("external_account_created", "signed_in");
        assertThat(browser.cookies()).containsKey("culvert_browser");
    }

    @Test
    void signsInToTheSameAccountNextTime() throws Exception {
        App app = publicApp();
        for (int i = 0; i < 2; i++) {
            TestBrowser browser = browser();
            browser.open(pathOf(atProvider(leave(browser, app))));
        }

        assertThat(column("SELECT account_id FROM auth.external_identity WHERE subject = ?", subject))
                .hasSize(1);
        assertThat(column("SELECT result FROM auth.audit_record WHERE attempted_name = ?", "acme:" + subject))
                .filteredOn("signed_in"::equals)
                .hasSize(2);
    }

    /** The provider is asked with all that makes the way back safe. */
    @Test
    void asksWithStateNonceAndProofKey() {
        Stop away = leave(browser(), publicApp());

        assertThat(away.url()).startsWith(ACME.issuer() + "/authorize?");
        assertThat(away.parameter("response_type")).hasValue("code");
        assertThat(away.parameter("code_challenge_method")).hasValue("S256");
        assertThat(List.of("state", "nonce", "code_challenge"))
                .allSatisfy(
                        name -> assertThat(away.parameter(name).orElseThrow()).hasSize(43));
        assertThat(away.parameter("redirect_uri")).hasValue("http://127.0.0.1:8080" + CALLBACK_PATH);
        assertThat(away.header("Set-Cookie"))
                .startsWith("culvert_external_sign_in=")
                .contains("Path=/oauth/sign-in/from/", "HttpOnly", "SameSite=Lax", "Max-Age=600");
    }

    @Test
    void refusesAnAnswerThatIsNotOfThisBrowser() throws Exception {
        TestBrowser browser = browser();
        String answer = pathOf(atProvider(leave(browser, publicApp())));
        TestBrowser other = browser();
        leave(other, publicApp());

        assertRefused(browser().open(answer), "state_unknown");
        assertRefused(other.open(answer), "state_unknown");
        assertRefused(browser.open(with(answer, "state", "made-up")), "state_unknown");
        assertRefused(browser.open(CALLBACK_PATH), "state_unknown");
    }

    @Test
    void takesAnAnswerOnce() throws Exception {
        TestBrowser browser = browser();
        String answer = pathOf(atProvider(leave(browser, publicApp())));

        assertThat(browser.open(answer).form("/oauth/authorize").fields()).isNotEmpty();
        assertRefused(browser.open(answer), "state_unknown");
    }

    @Test
    void takesNoAnswerAfterTenMinutes() throws Exception {
        TestBrowser browser = browser();
        String answer = pathOf(atProvider(leave(browser, publicApp())));

        clock.skip(Duration.ofMinutes(11));

        assertRefused(browser.open(answer), "state_unknown");
    }

    /** RFC 9207: a provider that names itself has to, and has to be the one that was asked. */
    @Test
    void refusesAnAnswerOfAnotherIssuer() throws Exception {
        TestBrowser first = browser();
        assertRefused(
                first.open(with(pathOf(atProvider(leave(first, publicApp()))), "iss", "https://elsewhere.test")),
                "mix_up");
        TestBrowser second = browser();
        assertRefused(second.open(with(pathOf(atProvider(leave(second, publicApp()))), "iss", "")), "mix_up");
    }

    @Test
    void refusesIdTokensThatAreNotForThisSignIn() throws Exception {
        Map<String, UnaryOperator<JWTClaimsSet.Builder>> tampered = Map.of(
                "wrong_nonce", claims -> claims.claim("nonce", "another"),
                "wrong_audience", claims -> claims.audience("somebody-else"),
                "wrong_issuer", claims -> claims.issuer("https://elsewhere.test"),
                "expired",
                        claims ->
                                claims.expirationTime(Date.from(clock.instant().minusSeconds(60))));
        for (var tamper : tampered.entrySet()) {
            idTokensWith(tamper.getValue());
            TestBrowser browser = browser();

            Stop refused = browser.open(pathOf(atProvider(leave(browser, publicApp()))));

            assertRefused(refused, tamper.getKey());
            assertThat(browser.cookies()).doesNotContainKey("culvert_browser");
        }
        assertThat(column("SELECT 1 FROM auth.external_identity WHERE subject = ?", subject))
                .isEmpty();
    }

    @Test
    void refusesACodeOfAnotherSignIn() throws Exception {
        TestBrowser browser = browser();
        String injected = URI.create(atProvider(leave(browser(), publicApp()))).getQuery();
        String code = injected.replaceAll(".*code=([^&]*).*", "$1");

        Stop refused = browser.open(with(pathOf(atProvider(leave(browser, publicApp()))), "code", code));

        assertRefused(refused, "code_not_taken");
    }

    @Test
    void asksForTheCodeOfAnAuthenticatorAppAllTheSame() throws Exception {
        Person ada = client().registerVerified();
        TestingApp phone = enrol(ada);
        LINKING.changeIdTokens(
                claims -> onTime(claims).claim("email", ada.email()).claim("email_verified", true));
        TestBrowser browser = browser();

        Stop codePage = browser.open(pathOf(atProvider(leave(browser, publicApp(), "linking"))));

        assertThat(browser.cookies()).doesNotContainKey("culvert_browser");
        Stop consent = browser.submit(codePage.form("/oauth/sign-in/code").with("code", phone.code()));
        assertThat(consent.form("/oauth/authorize").fields()).isNotEmpty();
        assertThat(browser.cookies()).containsKey("culvert_browser");
    }

    @Test
    void leadsToNoOtherSite() {
        TestBrowser browser = browser();

        for (String target : List.of("https://evil.example/", "//evil.example", "/api/v1/auth/me", "")) {
            Stop refused = browser.open("/oauth/sign-in/with/acme?continue=" + TestBrowser.encode(target));
            assertThat(refused.status()).isEqualTo(400);
        }
        assertThat(browser.open("/oauth/sign-in/with/nobody?continue=%2Foauth%2Fauthorize")
                        .status())
                .isEqualTo(400);
        assertThat(browser.open("/oauth/sign-in/with/strict?continue=%2Foauth%2Fauthorize")
                        .status())
                .as("has no client here")
                .isEqualTo(400);
    }

    private TestingApp enrol(Person person) {
        AuthClient signedIn =
                client().as(client().signIn(person).get("access_token").asString());
        var phone = new TestingApp(
                json(signedIn.post("/api/v1/auth/second-factor")).get("secret").asString(), clock);
        signedIn.post("/api/v1/auth/second-factor/confirm", Map.of("code", phone.code()));
        clock.skip(Duration.ofSeconds(30)); // the code that confirmed the app is used up
        return phone;
    }

    private void idTokensWith(UnaryOperator<JWTClaimsSet.Builder> change) {
        ACME.changeIdTokens(claims -> change.apply(onTime(claims)));
    }

    private JWTClaimsSet.Builder onTime(JWTClaimsSet.Builder claims) {
        return claims.subject(subject)
                .issueTime(Date.from(clock.instant()))
                .expirationTime(Date.from(clock.instant().plusSeconds(60)));
    }

    /** Presses the button and leaves for the provider. */
    private Stop leave(TestBrowser browser, App app) {
        return leave(browser, app, "Acme &amp; Sons");
    }

    private Stop leave(TestBrowser browser, App app, String name) {
        Stop page = browser.open(authorize(app, Map.of()));
        Matcher button = Pattern.compile("<a class=\"button\" href=\"([^\"]*)\">Sign in with " + name + "</a>")
                .matcher(page.body());
        assertThat(button.find()).as(page.body()).isTrue();
        Stop away = browser.open(HtmlUtils.htmlUnescape(button.group(1)));
        assertThat(away.elsewhere()).isTrue();
        return away;
    }

    /** What the provider answers by redirect. */
    private static String atProvider(Stop away) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                HTTP.send(HttpRequest.newBuilder(URI.create(away.url())).build(), HttpResponse.BodyHandlers.ofString());
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private static String pathOf(String url) {
        URI uri = URI.create(url);
        assertThat(uri.getPath()).startsWith("/oauth/sign-in/from/");
        return uri.getRawPath() + "?" + uri.getRawQuery();
    }

    private static String with(String path, String parameter, String value) {
        return path.replaceAll("([?&])" + parameter + "=[^&]*", "$1" + parameter + "=" + TestBrowser.encode(value));
    }

    private static void assertRefused(Stop page, String reason) {
        assertThat(page.status()).as(page.body()).isEqualTo(400);
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(column("SELECT result FROM auth.audit_record WHERE attempted_name = 'acme'"
                        + " AND type = 'failed_login' ORDER BY occurred_at DESC LIMIT 1"))
                .containsExactly("external_" + reason);
    }
}
