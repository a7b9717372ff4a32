package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Limits that follow the load (requirements R6.9, R6.9a, P2.6.2); the test says what the load is. */
class AdaptiveLimitsIT {
    private static final String TUNNELS = "/api/v1/tunnels";
    private static final String BASE = "/adaptive-rate-limiting";
    private static TestingService service;
    private static TestingGateway gateway;
    private static AdaptiveLimits limits;
    private static Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeAll
    static void start() {
        service = TestingService.start();
        gateway = TestingGateway.start(
                service,
                "culvert.gateway.ratelimit.redis-budget",
                "5s",
                "culvert.gateway.ratelimit.adaptive.enabled",
                "true",
                "culvert.gateway.ratelimit.adaptive.sample-every",
                "1h");
        limits = gateway.context().getBean(AdaptiveLimits.class);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.close();
    }

    @BeforeEach
    void rest() {
        load(10, 20);
    }

    private static void load(double percent, int secondsLater) {
        now = now.plusSeconds(secondsLater);
        limits.sample(new Load(now, percent, percent, percent));
    }

    @Test
    void dropToAQuarterAndComeBack() {
        TestCallers user = TestCallers.user();
        assertThat(limit(user)).isEqualTo(100);

        load(41, 10);
        assertThat(limit(user)).isEqualTo(75);
        load(61, 10);
        assertThat(limit(user)).isEqualTo(50);
        load(85, 10);
        HttpResponse<String> answer = send(gateway.as(user, TUNNELS));
        assertThat(answer.headers().firstValue("X-RateLimit-Limit")).hasValue("25");
        assertThat(answer.headers().firstValue("X-RateLimit-Adaptive")).hasValue("true");
        assertThat(answer.headers().firstValue("X-RateLimit-Adaptive-Multiplier"))
                .hasValue("0.25");
        assertThat(limit(TestCallers.superAdmin())).as("who may have to help").isEqualTo(10_000);

        load(40, 10);
        assertThat(limit(user)).as("what was counted stays counted").isEqualTo(100);
        assertThat(send(gateway.as(user, TUNNELS)).headers().firstValue("X-RateLimit-Adaptive"))
                .isEmpty();
    }

    @Test
    void changeAtMostOnceInTenSeconds() {
        load(85, 10);
        load(10, 9);
        assertThat(limit(TestCallers.user())).isEqualTo(25);
        load(10, 1);
        assertThat(limit(TestCallers.user())).isEqualTo(100);
    }

    @Test
    void weighProcessorMemoryAndQueue() {
        assertThat(new Load(now, 100, 0, 0).percent()).isEqualTo(40);
        assertThat(new Load(now, 0, 100, 0).percent()).isEqualTo(40);
        assertThat(new Load(now, 0, 0, 100).percent()).isEqualTo(20);
        Load measured = gateway.context().getBean(LoadProbe.class).measure();
        assertThat(measured.cpu()).isBetween(0.0, 100.0);
        assertThat(measured.memory()).isBetween(0.0, 100.0);
        assertThat(measured.queue()).isZero();
    }

    /** The addresses follow the probe; five minutes are remembered. */
    @Test
    void tellCallersAndAdministrators() {
        TestCallers user = TestCallers.user();
        for (int i = 0; i < 40; i++) {
            load(85, 10);
        }

        JsonNode status = get(user, "/status");
        assertThat(status.path("enabled").asBoolean()).isTrue();
        assertThat(status.path("adapted").asBoolean()).isTrue();
        assertThat(status.path("multiplier").asDouble()).isEqualTo(0.25);
        assertThat(get(user, "/metrics").path("loadPercent").asDouble()).isEqualTo(85);
        assertThat(get(user, "/metrics").path("cpuPercent").asDouble()).isEqualTo(85);
        assertThat(get(user, "/user-stats").at("/minute/usual").asInt()).isEqualTo(100);
        assertThat(get(user, "/user-stats").at("/minute/now").asInt()).isEqualTo(25);
        TestCallers administrator = TestCallers.superAdmin();
        assertThat(get(administrator, "/admin/system-status")
                        .at("/status/multiplier")
                        .asDouble())
                .isEqualTo(0.25);
        assertThat(get(administrator, "/admin/system-status")
                        .path("redisAvailable")
                        .asBoolean())
                .isTrue();
        assertThat(get(administrator, "/admin/load-history").path("items").size())
                .isEqualTo(31);
        assertThat(get(administrator, "/admin/adaptive-limits")
                        .at("/users/enterprise/now")
                        .asInt())
                .isEqualTo(500);
        for (String path : new String[] {"/system-status", "/load-history", "/adaptive-limits"}) {
            assertProblem(send(gateway.as(user, BASE + "/admin" + path)), ProblemCode.FORBIDDEN);
        }
        assertProblem(send(gateway.anonymous(BASE + "/status")), ProblemCode.AUTH_TOKEN_MISSING);
    }

    private static JsonNode get(TestCallers caller, String path) {
        HttpResponse<String> answer = send(gateway.as(caller, "/api/v1" + BASE + path));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static long limit(TestCallers caller) {
        return send(gateway.as(caller, TUNNELS))
                .headers()
                .firstValueAsLong("X-RateLimit-Limit")
                .orElseThrow();
    }
}
