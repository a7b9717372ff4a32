package dev.culvert.gateway.routing;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requirements R1.2, S1.59, R1.4, R1.5, S4.63, R1.5a, R2.1b, X-2, X-7. */
class RoutingIT {
    private final TestingGateway gateway = TestingGateway.shared();

    @BeforeEach
    void forget() {
        gateway.service().forget();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/auth/me, /api/v1/auth/me",
        "/api/v1/api-keys?limit=3, /api/v1/api-keys?limit=3",
        "/.well-known/jwks.json, /.well-known/jwks.json",
        "/api/v1/users/profile, /api/v1/users/profile",
        "/api/v1/tunnels/a%20b?q=%2F%7C&r, /api/v1/tunnels/a%20b?q=%2F%7C&r",
        "/api/v1/tunnel/x, /api/v1/tunnels/x",
        "/api/v1/proxies, /api/v1/proxies",
        "/api/v1/proxy/x/start, /api/v1/proxies/x/start",
        "/api/v1/webhooks, /api/v1/webhooks",
        "/api/v1/admin/audit-logs, /api/v1/admin/audit-logs",
        "/t/ollama/v1/models?a=%252F, /t/ollama/v1/models?a=%252F",
        "/t/gitlab/projects/group%2Fname//raw;v=1, /t/gitlab/projects/group%2Fname//raw;v=1",
        "/p/models/v1/chat/completions, /p/models/v1/chat/completions"
    })
    void sendsEachFamilyToItsServiceWithThePathUnchanged(String asked, String arrived) {
        HttpResponse<String> answer = send(gateway.signedIn(asked));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(gateway.service().next().uri()).isEqualTo(arrived);
    }

    @Test
    void answersAnUnknownPathInTheCommonBody() {
        assertProblem(send(gateway.anonymous("/nothing/here")), ProblemCode.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/internal/api-keys/exchange", "/api/internal", "/internal", "/v3/api-docs", "/actuator/env"})
    void routesNothingInternal(String path) {
        assertProblem(send(gateway.signedIn(path)), ProblemCode.NOT_FOUND);
        assertThat(gateway.service().waiting()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/tunnels/7?x=1, /api/v1/tunnels/7?x=1",
        "/v1/users/profile, /api/v1/users/profile",
        "/webhooks, /api/v1/webhooks",
        "/tunnel/7, /api/v1/tunnel/7",
        "/api/admin/tenants, /api/v1/admin/tenants"
    })
    void redirectsAddressesWithoutVersion(String former, String current) {
        HttpResponse<String> answer = send(gateway.anonymous(former));

        assertThat(answer.statusCode()).isEqualTo(308);
        assertThat(answer.headers().firstValue("Location")).hasValue(current);
        assertThat(answer.headers().firstValue("Deprecation"))
                .hasValueSatisfying(date -> assertThat(date).startsWith("@"));
        assertThat(answer.headers().firstValue("Sunset")).isPresent();
    }

    @Test
    void passesAProblemOfAServiceUntouched() {
        String body = "{\"code\":\"TUNNEL_001\",\"status\":404}";
        gateway.service()
                .on(
                        "/api/v1/tunnels/unknown",
                        (_, response) -> response.status(404)
                                .header("Content-Type", "application/problem+json")
                                .sendString(reactor.core.publisher.Mono.just(body)));

        HttpResponse<String> answer = send(gateway.signedIn("/api/v1/tunnels/unknown"));

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void handsOnASafeCorrelationIdAndReplacesAnUnsafeOne() {
        HttpResponse<String> safe = send(gateway.signedIn("/api/v1/users/me").header("X-Correlation-ID", "order-17"));
        HttpResponse<String> unsafe = send(gateway.signedIn("/api/v1/users/me").header("X-Correlation-ID", "a b<c>"));

        assertThat(safe.headers().allValues("X-Correlation-ID")).containsExactly("order-17");
        assertThat(gateway.service().next().headers().get("X-Correlation-ID")).containsExactly("order-17");
        String minted = unsafe.headers().firstValue("X-Correlation-ID").orElseThrow();
        assertThat(minted).matches("[0-9a-f-]{36}");
        assertThat(gateway.service().next().headers().get("X-Correlation-ID")).containsExactly(minted);
    }

    @Test
    void handsOnAValidTraceContextAndStartsOneElse() {
        String sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        send(gateway.signedIn("/api/v1/users/me").header("traceparent", sent));
        send(gateway.signedIn("/api/v1/users/me").header("traceparent", "00-broken"));

        assertThat(gateway.service().next().headers().get("traceparent")).containsExactly(sent);
        assertThat(gateway.service().next().headers().getFirst("traceparent"))
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]");
    }

    @Test
    void tellsTheProcessingTime() {
        HttpResponse<String> answer = send(gateway.signedIn("/api/v1/users/me"));

        for (String header : List.of("X-Process-Time", "X-Response-Time")) {
            assertThat(Double.parseDouble(answer.headers().firstValue(header).orElseThrow()))
                    .isPositive();
        }
    }

    @Test
    void stripsIdentityClaimsFromOutside() {
        send(gateway.signedIn("/api/v1/users/me")
                .header("Culvert-Caller-Token", "forged")
                .header("culvert-user-id", "1")
                .header("X-Forwarded-For", "10.0.0.1")
                .header("Forwarded", "for=10.0.0.1")
                .header("X-Real-IP", "10.0.0.1"));

        var arrived = gateway.service().next().headers();
        assertThat(arrived.get("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(arrived.get("X-Forwarded-Port")).containsExactly(String.valueOf(gateway.port()));
        assertThat(arrived.headerNames())
                .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("culvert-"))
                .doesNotContain("Forwarded", "X-Real-IP");
    }

    @Test
    void provesTheCallerToApisByAuthorizationAndToDataPortsByTheInternalHeader() {
        send(gateway.signedIn("/api/v1/users/me"));
        send(gateway.signedIn("/t/ollama/v1/models"));

        var api = gateway.service().next().headers();
        assertThat(api.getFirst("Authorization")).startsWith("Bearer ey");
        assertThat(api.get(HeaderNames.CALLER_TOKEN)).isNull();
        var data = gateway.service().next().headers();
        assertThat(data.getFirst(HeaderNames.CALLER_TOKEN)).startsWith("ey");
        assertThat(data.get("Authorization")).isNull();
    }

    @Test
    void letsNoInternalHeaderOfAServiceOut() {
        gateway.service()
                .on(
                        "/api/v1/users/leaky",
                        (_, response) -> response.header("Culvert-Secret", "x")
                                .header("X-Frame-Options", "ALLOWALL")
                                .header("Connection", "X-Hop")
                                .header("X-Hop", "1")
                                .header("X-Mine", "2")
                                .send());

        HttpResponse<String> answer = send(gateway.signedIn("/api/v1/users/leaky"));

        assertThat(answer.headers().firstValue("Culvert-Secret")).isEmpty();
        assertThat(answer.headers().firstValue("X-Hop")).isEmpty();
        assertThat(answer.headers().allValues("X-Frame-Options")).containsExactly("DENY");
        assertThat(answer.headers().firstValue("X-Mine")).hasValue("2");
    }

    @Test
    void breaksOnlyThePathsOfAStoppedService() {
        try (TestingService healthy = TestingService.start();
                TestingService stopped = TestingService.start();
                TestingGateway own = TestingGateway.start(
                        healthy, "TUNNEL_SERVICE_URL", stopped.uri().toString())) {
            stopped.stop();

            HttpResponse<String> answer = send(own.signedIn("/api/v1/tunnels"));

            assertProblem(answer, ProblemCode.SERVICE_UNAVAILABLE);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(send(own.signedIn("/api/v1/users/profile")).statusCode()).isEqualTo(200);
            stopped.restart();
            assertThat(send(own.signedIn("/api/v1/tunnels")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void tellsAServiceThatBreaksOffFromOneThatIsNotThere() {
        gateway.service().on("/api/v1/users/breaks", (_, response) -> {
            response.withConnection(reactor.netty.DisposableChannel::dispose);
            return reactor.core.publisher.Mono.never();
        });

        assertProblem(
                send(post(gateway.signedIn("/api/v1/users/breaks"), "application/json", "{}")),
                ProblemCode.UPSTREAM_ERROR);
    }
}
