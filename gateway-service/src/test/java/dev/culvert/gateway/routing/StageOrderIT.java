package dev.culvert.gateway.routing;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestingRedis;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One request that breaks several stages is answered by the earliest; with each fault taken away the next one speaks
 * (requirements R1.1, X-30). Identifying headers are on every one of these answers.
 */
class StageOrderIT {
    private static TestingRedis redis;
    private static TestingService service;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        redis = TestingRedis.start();
        service = TestingService.start();
        gateway = TestingGateway.start(
                service,
                "culvert.gateway.routing.cross-origin.allowed-origins",
                "https://console.example",
                "REDIS_URL",
                redis.url(),
                "culvert.gateway.ratelimit.address.minute",
                "2");
        service.stop();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        redis.close();
    }

    @Test
    void answersByTheEarliestStageThatRefuses() {
        // Everything is wrong: a foreign origin's preflight, no content type, an exhausted address, a bad token, no
        // service.
        expect(
                badToken("/api/v1/tunnels")
                        .header("Origin", "https://evil.example")
                        .header("Access-Control-Request-Method", "POST")
                        .method("OPTIONS", BodyPublishers.ofString("{}")),
                ProblemCode.ORIGIN_NOT_ALLOWED);
        expect(badToken("/api/v1/tunnels").POST(BodyPublishers.ofString("{}")), ProblemCode.MISSING_CONTENT_TYPE);
        expect(badToken("/api/v1/tunnels"), ProblemCode.AUTH_TOKEN_INVALID);
        expect(badToken("/api/v1/tunnels"), ProblemCode.AUTH_TOKEN_INVALID);
        expect(badToken("/api/v1/tunnels"), ProblemCode.RATE_LIMIT_EXCEEDED);
        expect(badToken("/api/v1/tunnels").POST(BodyPublishers.ofString("{}")), ProblemCode.MISSING_CONTENT_TYPE);
    }

    private static HttpRequest.Builder badToken(String path) {
        return gateway.anonymous(path).header("Authorization", "Bearer rubbish");
    }

    private static void expect(HttpRequest.Builder request, ProblemCode code) {
        HttpResponse<String> answer = send(request);
        assertProblem(answer, code);
        assertThat(answer.headers().firstValue("Content-Security-Policy")).isPresent();
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("X-Process-Time")).isPresent();
    }
}
