package dev.culvert.gateway.resilience;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableChannel;

/** Requirements R7.3 (at the gateway), X-2, X-11: each service fails alone, quickly and not for longer than it must. */
class UpstreamResilienceIT {
    /** A path of each service, by the setting of its address. */
    private static final Map<String, String> PATHS = Map.of(
            "AUTH_SERVICE_URL", "/api/v1/auth/me",
            "USER_SERVICE_URL", "/api/v1/users/profile",
            "TUNNEL_SERVICE_URL", "/api/v1/tunnels",
            "TUNNEL_DATA_URL", "/t/app/x",
            "PROXY_SERVICE_URL", "/api/v1/proxies",
            "PROXY_DATA_URL", "/p/app/x",
            "WEBHOOK_SERVICE_URL", "/api/v1/webhooks",
            "ADMIN_SERVICE_URL", "/api/v1/admin/audit-logs");

    private static TestingService healthyService;
    private static TestingService users;
    private static TestingService tunnels;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        healthyService = TestingService.start();
        users = TestingService.start();
        tunnels = TestingService.start();
        gateway = TestingGateway.start(
                healthyService,
                "USER_SERVICE_URL",
                users.uri().toString(),
                "TUNNEL_SERVICE_URL",
                tunnels.uri().toString(),
                "culvert.gateway.resilience.probe",
                "200ms",
                "culvert.gateway.resilience.max-concurrent",
                "3");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        healthyService.close();
        users.close();
        tunnels.close();
    }

    /** R1.2: whichever service stops, its paths answer 503 within a second and all others go on. */
    @ParameterizedTest
    @ValueSource(strings = {"AUTH_SERVICE_URL", "PROXY_DATA_URL", "ADMIN_SERVICE_URL"})
    void letsEachServiceFailAlone(String setting) {
        String path = Objects.requireNonNull(PATHS.get(setting));
        try (TestingService stopped = TestingService.start();
                TestingGateway own = TestingGateway.start(
                        healthyService, setting, stopped.uri().toString())) {
            stopped.stop();

            long began = System.nanoTime();
            HttpResponse<String> answer = send(own.signedIn(path));

            assertProblem(answer, ProblemCode.SERVICE_UNAVAILABLE);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
            PATHS.forEach((other, healthy) -> {
                if (!other.equals(setting)) {
                    assertThat(send(own.signedIn(healthy)).statusCode())
                            .as(healthy)
                            .isEqualTo(200);
                }
            });
        }
    }

    @Test
    void leavesAServiceAloneAfterFiveFailuresAndComesBackWhenItDoes() {
        tunnels.stop();
        await().untilAsserted(() -> {
            HttpResponse<String> refused = send(gateway.signedIn("/api/v1/tunnels"));
            assertProblem(refused, ProblemCode.SERVICE_UNAVAILABLE);
            assertThat(refused.body()).contains("CIRCUIT_OPEN");
        });
        assertThat(metrics())
                .anyMatch(line -> line.startsWith("resilience4j_circuitbreaker_state{")
                        && line.contains("name=\"tunnel\"")
                        && line.contains("state=\"open\"")
                        && line.endsWith(" 1.0"));

        tunnels.restart();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(
                                send(gateway.signedIn("/api/v1/tunnels")).statusCode())
                        .isEqualTo(200));
        send(gateway.signedIn("/api/v1/tunnels"));
        send(gateway.signedIn("/api/v1/tunnels"));
        assertThat(metrics())
                .anyMatch(line -> line.startsWith("resilience4j_circuitbreaker_state{")
                        && line.contains("name=\"tunnel\"")
                        && line.contains("state=\"closed\"")
                        && line.endsWith(" 1.0"));
    }

    /** Or one caller could take a service away from all. */
    @Test
    void countsNoAnswerAsFailureWhateverItsStatus() {
        users.on("/api/v1/users/broken", 503, "{}");
        for (int i = 0; i < 12; i++) {
            assertThat(send(gateway.signedIn("/api/v1/users/broken")).statusCode())
                    .isEqualTo(503);
        }

        assertThat(send(gateway.signedIn("/api/v1/users/profile")).statusCode()).isEqualTo(200);
    }

    /** What Spring Cloud Gateway is asked about most: a kept connection that the service closes as the request arrives. */
    @Test
    void asksAgainWhenAKeptConnectionDiedBeforeTheAnswerBegan() {
        AtomicInteger calls = new AtomicInteger();
        users.on("/api/v1/users/dies-once", (_, response) -> {
            if (calls.incrementAndGet() == 1) {
                response.withConnection(DisposableChannel::dispose);
                return Mono.never();
            }
            return response.sendString(Mono.just("{}"));
        });
        send(gateway.signedIn("/api/v1/users/profile")); // so that there is a connection to be kept

        HttpResponse<String> answer = send(gateway.signedIn("/api/v1/users/dies-once"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(calls).hasValue(2);
    }

    @Test
    void neverRepeatsWhatMayHaveBeenDone() {
        AtomicInteger calls = new AtomicInteger();
        users.on("/api/v1/users/pay", (_, response) -> {
            calls.incrementAndGet();
            response.withConnection(DisposableChannel::dispose);
            return Mono.never();
        });

        HttpResponse<String> answer = send(post(gateway.signedIn("/api/v1/users/pay"), "application/json", "{}"));

        assertProblem(answer, ProblemCode.UPSTREAM_ERROR);
        assertThat(calls).hasValue(1);
    }

    @Test
    void keepsPlacesForTheOthersWhenAServiceIsSlow() {
        Sinks.Empty<Void> go = Sinks.empty();
        healthyService.on(
                "/api/v1/webhooks/slow",
                (_, response) -> response.sendString(go.asMono().thenReturn("{}")));
        List<CompletableFuture<HttpResponse<String>>> slow = IntStream.range(0, 3)
                .mapToObj(_ -> CompletableFuture.supplyAsync(
                        () -> send(gateway.signedIn("/api/v1/webhooks/slow")), Thread::startVirtualThread))
                .toList();
        await().until(() -> healthyService.waiting().stream()
                        .filter(request -> request.uri().equals("/api/v1/webhooks/slow"))
                        .count()
                == 3);

        HttpRequest.Builder oneMore = gateway.signedIn("/api/v1/webhooks/slow");
        HttpResponse<String> refused = send(oneMore);

        assertProblem(refused, ProblemCode.SERVICE_UNAVAILABLE);
        assertThat(refused.body()).contains("BULKHEAD_FULL");
        assertThat(send(gateway.signedIn("/api/v1/users/profile")).statusCode()).isEqualTo(200);
        go.tryEmitEmpty().orThrow();
        assertThat(slow)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
        assertThat(send(oneMore).statusCode()).isEqualTo(200);
    }

    private static List<String> metrics() {
        return send(gateway.anonymous("/metrics")).body().lines().toList();
    }
}
