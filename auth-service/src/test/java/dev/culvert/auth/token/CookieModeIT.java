package dev.culvert.auth.token;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** X-37, NF5.4 for browsers: the refresh token in a cookie that neither scripts nor other sites get hold of. */
class CookieModeIT extends RunningAuthService {
    private static final String LOGIN = "/api/v1/auth/login?cookie=true";
    private static final String REFRESH = "/api/v1/auth/refresh";

    /** R2.7: HttpOnly, Secure, SameSite Strict. */
    @Test
    void keepsTheRefreshTokenOutOfReachOfScripts() {
        HttpResponse<String> answer = signIn();

        assertThat(json(answer).has("refresh_token")).isFalse();
        assertThat(json(answer).get("csrf_token").asString()).isEqualTo(cookie(answer, "culvert_csrf"));
        assertThat(setCookie(answer, "culvert_refresh"))
                .contains("Path=/api/v1/auth;", "Max-Age=604800", "Secure", "HttpOnly", "SameSite=Strict");
        assertThat(setCookie(answer, "culvert_csrf"))
                .contains("Path=/;", "Secure", "SameSite=Strict")
                .doesNotContain("HttpOnly");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    }

    @Test
    void renewsByCookieOnlyWithTheHeaderThatOtherSitesCannotSend() {
        HttpResponse<String> signedIn = signIn();
        String cookies = "culvert_refresh=" + cookie(signedIn, "culvert_refresh");
        String csrf = json(signedIn).get("csrf_token").asString();
        String foreignCsrf = json(signIn()).get("csrf_token").asString();

        refused(client().postWith(REFRESH, "Cookie", cookies));
        refused(client().postWith(REFRESH, "Cookie", cookies, "X-CSRF-Token", "rubbish"));
        refused(client().postWith(REFRESH, "Cookie", cookies, "X-CSRF-Token", foreignCsrf));
        HttpResponse<String> renewed = client().postWith(REFRESH, "Cookie", cookies, "X-CSRF-Token", csrf);

        assertThat(renewed.statusCode()).isEqualTo(200);
        assertThat(json(renewed).has("refresh_token")).isFalse();
        assertThat(cookie(renewed, "culvert_refresh")).isNotEqualTo(cookie(signedIn, "culvert_refresh"));
        assertThat(client().as(json(renewed).get("access_token").asString())
                        .get("/api/v1/auth/me")
                        .statusCode())
                .isEqualTo(200);
    }

    /** R2.9: logout clears the cookie. */
    @Test
    void clearsTheCookiesAtSignOut() {
        HttpResponse<String> signedIn = signIn();

        HttpResponse<String> out =
                client().as(json(signedIn).get("access_token").asString()).post("/api/v1/auth/logout");

        assertThat(out.statusCode()).isEqualTo(204);
        assertThat(setCookie(out, "culvert_refresh")).contains("Max-Age=0", "Path=/api/v1/auth");
        assertThat(setCookie(out, "culvert_csrf")).contains("Max-Age=0");
    }

    @Test
    void givesNoCookieToProgramsThatDoNotAsk() {
        Person ada = client().registerVerified();

        assertThat(client().login(ada.username(), PASSWORD).headers().allValues("Set-Cookie"))
                .isEmpty();
        ProblemAssert.assertThat(client().post(REFRESH)).isProblem(ProblemCode.MISSING_TOKEN);
    }

    private HttpResponse<String> signIn() {
        Person ada = client().registerVerified();
        HttpResponse<String> answer = client().post(LOGIN, Map.of("username", ada.username(), "password", PASSWORD));
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer;
    }

    private static void refused(HttpResponse<String> answer) {
        ProblemAssert.assertThat(answer).isProblem(ProblemCode.FORBIDDEN).hasAlias("CSRF_TOKEN_INVALID");
    }

    private static String setCookie(HttpResponse<String> answer, String name) {
        return answer.headers().allValues("Set-Cookie").stream()
                .filter(header -> header.startsWith(name + "="))
                .findFirst()
                .orElseThrow();
    }

    private static String cookie(HttpResponse<String> answer, String name) {
        String header = setCookie(answer, name);
        return header.substring(name.length() + 1, header.indexOf(';'));
    }
}
