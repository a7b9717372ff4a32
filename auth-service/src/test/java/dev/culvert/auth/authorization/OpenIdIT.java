package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.authorization.TestBrowser.Stop;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OpenIdIT extends RunningAuthorizationServer {
    private static final String ISSUER = "http://127.0.0.1:8080";
    private static final String SIGNED_OUT = "https://app.example.org/bye";

    /** RFC 8414, OpenID Connect Discovery: both places say the same, and every address named is served. */
    @Test
    void describesWhatItServes() {
        JsonNode described = json(client().get("/.well-known/openid-configuration"));

        assertThat(json(client().get("/.well-known/oauth-authorization-server")))
                .isEqualTo(described);
        assertThat(described.get("issuer").asString()).isEqualTo(ISSUER);
        assertThat(described.get("code_challenge_methods_supported").toString()).isEqualTo("[\"S256\"]");
        assertThat(described
                        .get("authorization_response_iss_parameter_supported")
                        .asBoolean())
                .isTrue();
        for (String endpoint : List.of(
                "token", "introspection", "revocation", "pushed_authorization_request", "device_authorization")) {
            HttpResponse<String> answer = client().postForm(path(described, endpoint + "_endpoint"), Map.of("a", "b"));
            assertError(answer, 401, "invalid_client");
        }
        assertThat(browser().open(path(described, "authorization_endpoint")).status())
                .isEqualTo(400);
        assertThat(browser().open(path(described, "end_session_endpoint")).status())
                .isEqualTo(200);
        ProblemAssert.assertThat(client().get(path(described, "userinfo_endpoint")))
                .isProblem(ProblemCode.AUTH_TOKEN_MISSING);
        JsonNode keys = json(client().get(path(described, "jwks_uri")));
        assertThat(keys).isEqualTo(json(client().get("/.well-known/jwks.json")));
        assertThat(keys.toString()).doesNotContain("\"d\"");
        JsonNode resource = json(client().get("/.well-known/oauth-protected-resource"));
        assertThat(resource.get("resource").asString()).isEqualTo(ISSUER);
        assertThat(resource.at("/authorization_servers/0").asString()).isEqualTo(ISSUER);
    }

    /** OpenID Connect Core §2, §5.3. */
    @Test
    void tellsWhoSignedIn() throws Exception {
        App app = publicApp();
        Person ada = client().registerVerified();
        String code = code(app, ada, Map.of("nonce", "n-0S6", "scope", "openid profile email"));

        JsonNode tokens = json(redeem(app, code));

        SignedJWT idToken = SignedJWT.parse(tokens.get("id_token").asString());
        JWKSet keys = JWKSet.parse(client().get("/oauth2/jwks").body());
        assertThat(idToken.verify(new ECDSAVerifier(
                        keys.getKeyByKeyId(idToken.getHeader().getKeyID()).toECKey())))
                .isTrue();
        JWTClaimsSet claims = idToken.getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(ISSUER);
        assertThat(claims.getSubject()).isEqualTo(ada.userId().toString());
        assertThat(claims.getAudience()).containsExactly(app.id());
        assertThat(claims.getStringClaim("nonce")).isEqualTo("n-0S6");
        assertThat(claims.getLongClaim("auth_time")).isPositive();
        assertThat(claims.getStringClaim("email")).isEqualTo(ada.email());
        assertThat(claims.getStringClaim("preferred_username")).isEqualTo(ada.username());
        JsonNode info = json(client().as(tokens.get("access_token").asString()).get("/oauth/userinfo"));
        assertThat(info.get("sub").asString()).isEqualTo(ada.userId().toString());
        assertThat(info.get("email").asString()).isEqualTo(ada.email());
        assertThat(info.get("email_verified").asBoolean()).isTrue();
        // an id token is no access token (RFC 9068 §4)
        ProblemAssert.assertThat(client().as(tokens.get("id_token").asString()).get("/api/v1/auth/me"))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void tellsNoMoreThanTheScopes() {
        App app = publicApp();
        JsonNode tokens = json(redeem(app, code(app, anybody(), Map.of("scope", "openid profile:read"))));
        JsonNode info = json(client().as(tokens.get("access_token").asString()).get("/oauth/userinfo"));
        assertThat(info.properties()).hasSize(1);

        App silent = publicApp();
        JsonNode without = json(redeem(silent, code(silent, anybody(), Map.of("scope", "profile:read"))));
        assertThat(without.get("id_token")).isNull();
        ProblemAssert.assertThat(
                        client().as(without.get("access_token").asString()).get("/oauth/userinfo"))
                .isProblem(ProblemCode.FORBIDDEN);
    }

    /** OpenID Connect Core §3.1.2.1: {@code prompt} and {@code max_age}. */
    @Test
    void asksForThePasswordWhenTheApplicationWants() {
        App app = register(admin(), false, Map.of("trusted", true));
        TestBrowser browser = browser();
        assertThat(browser.open(authorize(app, Map.of("prompt", "none"))).parameter("error"))
                .contains("login_required");
        Person ada = client().registerVerified();
        signIn(browser, browser.open(authorize(app, Map.of())), ada);

        assertThat(browser.open(authorize(app, Map.of("prompt", "none"))).parameter("code"))
                .isPresent();
        Stop again = browser.open(authorize(app, Map.of("prompt", "login")));
        assertThat(again.body()).contains("<h1>Sign in</h1>");
        assertThat(signIn(browser, again, ada).parameter("code")).isPresent();
        clock.skip(Duration.ofMinutes(2));
        assertThat(browser.open(authorize(app, Map.of("max_age", "300"))).parameter("code"))
                .isPresent();
        assertThat(browser.open(authorize(app, Map.of("max_age", "60", "prompt", "none")))
                        .parameter("error"))
                .contains("login_required");
        Stop old = browser.open(authorize(app, Map.of("max_age", "60")));
        assertThat(old.body()).contains("<h1>Sign in</h1>");
        assertThat(signIn(browser, old, ada).parameter("code")).isPresent();

        App asking = publicApp();
        assertThat(browser.open(authorize(asking, Map.of("prompt", "none"))).parameter("error"))
                .contains("consent_required");
    }

    /** RP-Initiated Logout: with the id token at once, back to a registered address only, and the tokens end. */
    @Test
    void signsOutForAnApplication() {
        App app = register(owner(), false, Map.of("postLogoutRedirectUris", List.of(SIGNED_OUT)));
        TestBrowser browser = browser();
        Stop back = allow(browser, signIn(browser, browser.open(authorize(app, Map.of())), anybody()));
        JsonNode tokens = json(redeem(app, back.parameter("code").orElseThrow()));
        String hint = "/oauth/logout?id_token_hint=" + tokens.get("id_token").asString();

        Stop elsewhere = browser.open(hint + "&state=x%20y&post_logout_redirect_uri=" + TestBrowser.encode(SIGNED_OUT));

        assertThat(elsewhere.url()).startsWith(SIGNED_OUT);
        assertThat(elsewhere.parameter("state")).contains("x y");
        assertThat(browser.cookies()).doesNotContainKey("culvert_browser");
        ProblemAssert.assertThat(
                        client().as(tokens.get("access_token").asString()).get("/oauth/userinfo"))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        assertThat(browser.open(hint + "&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F")
                        .elsewhere())
                .isFalse();
    }

    @Test
    void asksBeforeSigningOutWithoutAnIdToken() {
        App app = register(owner(), false, Map.of("postLogoutRedirectUris", List.of(SIGNED_OUT)));
        TestBrowser browser = browser();
        signIn(browser, browser.open(authorize(app, Map.of())), anybody());

        Stop question = browser.open(
                "/oauth/logout?client_id=" + app.id() + "&post_logout_redirect_uri=" + TestBrowser.encode(SIGNED_OUT));

        assertThat(question.body()).contains("Do you want to sign out, as Reading list asks?");
        assertThat(browser.cookies()).containsKey("culvert_browser");
        assertThat(browser.submit(question.form("/oauth/logout/confirm")).url()).isEqualTo(SIGNED_OUT);
        assertThat(browser.cookies()).doesNotContainKey("culvert_browser");
    }

    private static String path(JsonNode described, String name) {
        return described.get(name).asString().substring(ISSUER.length());
    }
}
