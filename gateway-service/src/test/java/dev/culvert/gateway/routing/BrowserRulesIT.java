package dev.culvert.gateway.routing;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cross-origin rules and security headers: requirements R1.6, R1.6a, NF4.4, S1.29, S1.28, S4.51, X-40, S3.12 (CORS). */
class BrowserRulesIT {
    private static final String CONSOLE = "https://console.example";
    private static TestingService service;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        gateway = TestingGateway.start(
                service,
                "ADDITIONAL_CORS_ORIGINS",
                CONSOLE + ",https://other.example",
                "ADMIN_SERVICE_URL",
                "http://127.0.0.1:9");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.close();
    }

    @Test
    void answersThePreflightOfAListedOriginBeforeAuthentication() {
        HttpResponse<String> answer = preflight(CONSOLE);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue(CONSOLE);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                .hasValue("true");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Methods"))
                .hasValue("GET, POST, PUT, PATCH, DELETE, OPTIONS");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Headers").orElseThrow())
                .contains("Content-Type", "Authorization", "X-Requested-With", "Accept", "Origin", "X-API-Key");
        assertThat(answer.headers().firstValue("X-RateLimit-Limit")).isEmpty();
    }

    @Test
    void tellsOtherOriginsNothing() {
        HttpResponse<String> preflight = preflight("https://evil.example");
        HttpResponse<String> request =
                send(gateway.signedIn("/api/v1/users/me").header("Origin", "https://evil.example"));

        assertProblem(preflight, ProblemCode.ORIGIN_NOT_ALLOWED);
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
        assertThat(request.statusCode()).isEqualTo(200);
        assertThat(request.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void exposesTheHeadersPagesNeedAndNeverAStar() {
        HttpResponse<String> answer = send(gateway.signedIn("/api/v1/users/me").header("Origin", CONSOLE));

        assertThat(answer.headers().allValues("Access-Control-Allow-Origin")).containsExactly(CONSOLE);
        assertThat(answer.headers().firstValue("Access-Control-Expose-Headers").orElseThrow())
                .contains("Content-Length", "Content-Type", "X-RateLimit-Remaining");
        assertThat(answer.headers().allValues("Vary")).contains("Origin");
    }

    @Test
    void speaksForTheServicesBehindToo() {
        service.on(
                "/t/app/page",
                (_, response) -> response.header("Access-Control-Allow-Origin", "*")
                        .header("Vary", "Accept")
                        .send());

        HttpResponse<String> listed = send(gateway.signedIn("/t/app/page").header("Origin", CONSOLE));
        HttpResponse<String> foreign = send(gateway.signedIn("/t/app/page").header("Origin", "https://else.example"));

        assertThat(listed.headers().allValues("Access-Control-Allow-Origin")).containsExactly(CONSOLE);
        assertThat(listed.headers().allValues("Vary")).contains("Origin", "Accept");
        assertThat(foreign.headers().allValues("Access-Control-Allow-Origin")).containsExactly("*");
    }

    @Test
    void putsTheStrictHeadersOnApisAndLeavesTheApplicationsOfTunnelsTheirOwn() {
        service.on(
                "/t/app/index.html",
                (_, response) -> response.header("Content-Security-Policy", "script-src *")
                        .send());

        HttpResponse<String> api = send(gateway.signedIn("/api/v1/users/me"));
        HttpResponse<String> data = send(gateway.signedIn("/t/app/index.html"));

        assertThat(api.headers().firstValue("Strict-Transport-Security"))
                .hasValue("max-age=31536000; includeSubDomains; preload");
        assertThat(api.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'self'")
                .doesNotContain("unsafe");
        for (String header :
                List.of("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")) {
            assertThat(api.headers().firstValue(header)).as(header).isPresent();
        }
        assertThat(data.headers().firstValue("Strict-Transport-Security")).isPresent();
        assertThat(data.headers().allValues("Content-Security-Policy")).containsExactly("script-src *");
        assertThat(data.headers().firstValue("X-Frame-Options")).isEmpty();
    }

    /** S1.28, S4.51. */
    @Test
    void putsTheHeadersOnAGoodAnswerARefusalAndAFailure() {
        HttpResponse<String> good = send(gateway.signedIn("/api/v1/users/me"));
        HttpResponse<String> refusal = send(gateway.anonymous("/nothing/here"));
        HttpResponse<String> failure = send(gateway.signedIn("/api/v1/admin/system/status"));

        assertThat(List.of(good.statusCode(), refusal.statusCode(), failure.statusCode()))
                .containsExactly(200, 404, 503);
        for (HttpResponse<String> answer : List.of(good, refusal, failure)) {
            Map.of(
                            "X-Frame-Options", "DENY",
                            "X-Content-Type-Options", "nosniff",
                            "X-XSS-Protection", "1; mode=block",
                            "Referrer-Policy", "strict-origin-when-cross-origin",
                            "Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload")
                    .forEach((name, value) -> assertThat(answer.headers().allValues(name))
                            .as(name)
                            .containsExactly(value));
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .startsWith("default-src 'self'");
        }
    }

    private static HttpResponse<String> preflight(String origin) {
        return send(gateway.anonymous("/api/v1/tunnels")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", BodyPublishers.noBody()));
    }
}
