package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.authorization.TestBrowser.Stop;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class AuthorizationCodeIT extends RunningAuthorizationServer {
    private static final String ME = "/api/v1/auth/me";

    /** S3.34, S3.37, S3.40: through sign-in and consent to tokens that every service accepts, with the scopes allowed. */
    @Test
    void leadsThroughSignInAndConsentToTokens() throws Exception {
        App app = confidentialApp();
        Person ada = client().registerVerified();
        TestBrowser browser = browser();

        Stop signIn = browser.open(authorize(app, Map.of()));
        assertThat(signIn.status()).isEqualTo(200);
        assertThat(signIn.body()).contains("<h1>Sign in</h1>", "Reading list");
        Stop consent = signIn(browser, signIn, ada);
        assertThat(consent.body())
                .contains("Allow access?", "Reading list", ada.username(), "read your profile", "app.example.org");
        Stop back = allow(browser, consent);

        assertThat(back.elsewhere()).isTrue();
        assertThat(back.url()).startsWith(CALLBACK + "?code=");
        assertThat(back.parameter("state")).contains("s-1");
        assertThat(back.parameter("iss")).contains("http://127.0.0.1:8080");
        HttpResponse<String> answer = redeem(app, back.parameter("code").orElseThrow());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        JsonNode tokens = json(answer);
        assertThat(tokens.get("token_type").asString()).isEqualToIgnoringCase("bearer");
        assertThat(tokens.get("expires_in").asInt()).isBetween(1700, 1800);
        assertThat(tokens.get("scope").asString().split(" ")).containsExactlyInAnyOrder(SCOPES.split(" "));
        SignedJWT jwt = SignedJWT.parse(tokens.get("access_token").asString());
        assertThat(jwt.getHeader().getType().getType()).isEqualTo("at+jwt");
        assertThat(jwt.getHeader().getAlgorithm().getName()).isEqualTo("ES256");
        JWTClaimsSet claims = jwt.getJWTClaimsSet();
        assertThat(claims.getSubject()).isEqualTo(ada.userId().toString());
        assertThat(claims.getAudience()).containsExactly("culvert");
        assertThat(claims.getStringClaim("client_id")).isEqualTo(app.id());
        assertThat(claims.getStringClaim(CallerClaims.TENANT))
                .isEqualTo(ada.tenantId().toString());
        assertThat(claims.getStringListClaim(CallerClaims.ROLES)).containsExactly("user");
        String access = tokens.get("access_token").asString();
        assertThat(json(client().as(access).get(ME)).get("userId").asString())
                .isEqualTo(ada.userId().toString());
        ProblemAssert.assertThat(client().as(access).get("/api/v1/api-keys")).isProblem(ProblemCode.FORBIDDEN);
    }

    /** S3.39: any other address gets no redirect at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example.org/callback/",
                "https://app.example.org/callback/more",
                "https://app.example.org/callback?x=1",
                "https://app.example.org/call",
                "https://app.example.org.evil.example/callback",
                "https://evil.example/https://app.example.org/callback",
                "https://app.example.org@evil.example/callback",
                "https://app.example.org/callback/../evil",
                "http://app.example.org/callback",
                "HTTPS://app.example.org/callback",
                "https://app.example.org:8443/callback",
                "https://app.example.org/callback#x",
                "//evil.example/callback",
                "javascript:alert(1)"
            })
    void redirectsToRegisteredAddressesOnly(String address) {
        Stop stop = browser().open(authorize(publicApp(), Map.of("redirect_uri", address)));

        assertThat(stop.elsewhere()).isFalse();
        assertThat(stop.status()).isEqualTo(400);
        assertThat(stop.header("Location")).isEmpty();
        assertThat(stop.header("Content-Type")).startsWith("text/html");
        assertThat(stop.body()).contains("This request cannot be answered").doesNotContain("evil.example");
    }

    @Test
    void showsAPageToUnknownApplications() {
        App unknown = new App("2f6a7d7e-1c1c-4c1c-9c1c-2f6a7d7e1c1c", Optional.empty());
        App strange = new App("'; DROP TABLE account; --", Optional.empty());

        assertThat(browser().open(authorize(unknown, Map.of())).status()).isEqualTo(400);
        assertThat(browser().open(authorize(strange, Map.of())).status()).isEqualTo(400);
    }

    /** S3.38: without challenge invalid_request; wrong verifier invalid_grant. {@code plain} is no proof (RFC 9700). */
    @Test
    void requiresProofKeys() {
        App app = publicApp();
        App secretive = confidentialApp();

        for (App any : List.of(app, secretive)) {
            Stop without = browser().open(authorize(any, Map.of("code_challenge", "", "code_challenge_method", "")));
            assertThat(without.parameter("error")).contains("invalid_request");
            assertThat(without.parameter("state")).contains("s-1");
            assertThat(without.parameter("iss")).isPresent();
            Stop plain = browser().open(authorize(any, Map.of("code_challenge_method", "plain")));
            assertThat(plain.parameter("error")).contains("invalid_request");
        }
        String code = code(app, anybody());
        Map<String, String> exchange =
                Map.of("grant_type", "authorization_code", "code", code, "redirect_uri", CALLBACK);
        assertError(token(app, exchange), 400, "invalid_grant");
        assertError(
                token(app, with(exchange, "code_verifier", "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wro")),
                400,
                "invalid_grant");
        assertThat(token(app, with(exchange, "code_verifier", VERIFIER)).statusCode())
                .isEqualTo(200);
    }

    /** S3.36: second use fails and revokes the tokens. */
    @Test
    void revokesTheTokensOfACodeUsedTwice() {
        App app = publicApp();
        Person ada = client().registerVerified();
        String code = code(app, ada);
        JsonNode tokens = json(redeem(app, code));
        String access = tokens.get("access_token").asString();
        assertThat(client().as(access).get(ME).statusCode()).isEqualTo(200);

        assertError(redeem(app, code), 400, "invalid_grant");

        ProblemAssert.assertThat(client().as(access).get(ME)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertError(refresh(app, tokens.get("refresh_token").asString()), 400, "invalid_grant");
        assertThat(PublishedEvents.first(EventType.SESSION_ENDED, ada.userId())
                        .data()
                        .get("reason")
                        .asString())
                .isEqualTo("authorization_code_reused");
    }

    /** S3.36: a code that somebody else tries is spent; one for another address or too old fails. */
    @Test
    void bindsACodeToApplicationAddressAndTime() {
        App app = publicApp();
        App other = publicApp();
        Person ada = client().registerVerified();

        String foreign = code(app, ada);
        assertError(redeem(other, foreign), 400, "invalid_grant");
        assertError(redeem(app, foreign), 400, "invalid_grant");

        String elsewhere = code(app, ada);
        assertError(
                token(
                        app,
                        Map.of(
                                "grant_type",
                                "authorization_code",
                                "code",
                                elsewhere,
                                "redirect_uri",
                                "https://app.example.org/other",
                                "code_verifier",
                                VERIFIER)),
                400,
                "invalid_grant");

        String late = code(app, ada);
        clock.skip(Duration.ofMinutes(10).plusSeconds(1));
        assertError(redeem(app, late), 400, "invalid_grant");
    }

    /** Of parallel attempts at one code one succeeds; the others are a second use, so that what it got ends. */
    @Test
    void letsOneOfParallelExchangesWin() throws Exception {
        App app = publicApp();
        String code = code(app, anybody());
        Callable<HttpResponse<String>> exchange = () -> redeem(app, code);
        List<HttpResponse<String>> answers;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answers = threads
                    .invokeAll(Stream.generate(() -> exchange).limit(12).toList())
                    .stream()
                    .map(Future::resultNow)
                    .toList();
        }

        assertThat(answers).filteredOn(answer -> answer.statusCode() == 200).hasSizeLessThanOrEqualTo(1);
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 400).hasSizeGreaterThanOrEqualTo(11);
        assertThat(column(
                        "SELECT count(*) FROM auth.session s JOIN auth.oauth_authorization a ON a.id = s.id"
                                + " WHERE a.application_id = ?::uuid",
                        app.id()))
                .containsExactly("1");
        assertThat(column(
                        "SELECT end_reason FROM auth.session s JOIN auth.oauth_authorization a ON a.id = s.id"
                                + " WHERE a.application_id = ?::uuid",
                        app.id()))
                .containsExactly("authorization_code_reused");
    }

    /** S3.39: whatever it contains. */
    @ParameterizedTest
    @ValueSource(strings = {"a b+c%20d", "ä&=?#/\\", "\"><script>", "x'y;z", "%00%0d%0a"})
    void returnsStateUnchanged(String state) {
        App app = publicApp();
        TestBrowser browser = browser();
        Stop refused = browser.open(authorize(app, Map.of("state", state, "scope", "tunnels:write")));
        assertThat(refused.parameter("error")).contains("invalid_scope");
        assertThat(refused.parameter("state")).contains(state);

        Stop consent = signIn(browser, browser.open(authorize(app, Map.of("state", state))), anybody());

        assertThat(allow(browser, consent).parameter("state")).contains(state);
    }

    /** R2.7: neither code nor refresh token is in the database. */
    @Test
    void storesNoUsableCodeOrToken() {
        App app = publicApp();
        String code = code(app, anybody());
        assertThat(column("SELECT a::text FROM auth.oauth_authorization a")).noneMatch(row -> row.contains(code));

        String refreshToken = json(redeem(app, code)).get("refresh_token").asString();

        assertThat(column("SELECT t::text FROM auth.oauth_refresh_token t"))
                .noneMatch(row -> row.contains(refreshToken));
    }

    /** RFC 8252 §7.3: programs on the user's machine listen on whatever port is free. */
    @Test
    void acceptsAnyPortOnTheUsersOwnMachine() {
        App app = register(owner(), false, Map.of("redirectUris", List.of("http://127.0.0.1/callback")));

        Stop signIn = browser().open(authorize(app, Map.of("redirect_uri", "http://127.0.0.1:49152/callback")));
        Stop other = browser().open(authorize(app, Map.of("redirect_uri", "http://127.0.0.1:49152/other")));

        assertThat(signIn.status()).isEqualTo(200);
        assertThat(other.status()).isEqualTo(400);
    }

    @Test
    void saysWhatIsWrongWithATokenRequest() {
        App app = confidentialApp();
        App wrongSecret = new App(app.id(), Optional.of("cvs_wrong"));

        HttpResponse<String> refused = token(wrongSecret, Map.of("grant_type", "client_credentials"));
        assertError(refused, 401, "invalid_client");
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic");
        assertError(
                client().postForm("/oauth/token", Map.of("grant_type", "client_credentials")), 401, "invalid_client");
        assertError(token(app, Map.of("grant_type", "password")), 400, "unsupported_grant_type");
        assertError(token(app, Map.of("grant_type", "authorization_code")), 400, "invalid_request");
        assertError(redeem(app, "made-up"), 400, "invalid_grant");
        assertError(
                token(new App(app.id(), Optional.empty()), Map.of("grant_type", "refresh_token", "refresh_token", "x")),
                401,
                "invalid_client");
    }

    private static Map<String, String> with(Map<String, String> fields, String name, String value) {
        var all = new LinkedHashMap<>(fields);
        all.put(name, value);
        return all;
    }
}
