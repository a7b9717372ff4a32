package dev.culvert.gateway.health;

import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingRedis;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Requirements R1.9 (an instance's part), R1.10, S1.42, S2.37, X-8, X-13 (names and labels). */
class HealthIT {
    private static final Duration SECONDS = Duration.ofSeconds(30);

    @Test
    void tellsWithinSecondsThatRedisIsGoneAndBack() {
        try (TestingService service = TestingService.start();
                TestingRedis redis = TestingRedis.start();
                TestingGateway gateway = TestingGateway.start(service, "REDIS_URL", redis.url())) {
            await().atMost(SECONDS)
                    .untilAsserted(() -> assertThat(component(gateway, "redis")).isEqualTo("UP"));

            redis.stop();
            await().atMost(SECONDS).untilAsserted(() -> {
                HttpResponse<String> health = send(gateway.anonymous("/health"));
                assertThat(health.statusCode()).isEqualTo(503);
                assertThat(json(health).path("status").asString()).isEqualTo("DOWN");
            });
            assertThat(component(gateway, "redis")).isEqualTo("DOWN");
            assertThat(send(gateway.anonymous("/health/ready")).statusCode())
                    .as("it still serves")
                    .isEqualTo(200);

            redis.restart();
            await().atMost(SECONDS)
                    .untilAsserted(() -> assertThat(component(gateway, "redis")).isEqualTo("UP"));
        }
    }

    @Test
    void namesTheServiceThatIsAway() {
        try (TestingService service = TestingService.start();
                TestingService webhooks = TestingService.start();
                TestingGateway gateway = TestingGateway.start(
                        service, "WEBHOOK_SERVICE_URL", webhooks.uri().toString())) {
            webhooks.stop();

            await().atMost(SECONDS)
                    .untilAsserted(
                            () -> assertThat(component(gateway, "webhook")).isEqualTo("DOWN"));
            assertThat(component(gateway, "user")).isEqualTo("UP");
            assertThat(Instant.parse(json(send(gateway.anonymous("/health")))
                            .path("timestamp")
                            .asString()))
                    .isBeforeOrEqualTo(Instant.now());
        }
    }

    @Test
    void answersTheProbes() {
        TestingGateway gateway = TestingGateway.shared();

        for (String probe : new String[] {"/health/live", "/health/ready", "/ready"}) {
            await().atMost(SECONDS)
                    .untilAsserted(
                            () -> assertThat(send(gateway.anonymous(probe)).statusCode())
                                    .as(probe)
                                    .isEqualTo(200));
        }
    }

    /** S2.38, S4.65: without the issuer's keys it lives, but is not ready for callers. */
    @Test
    void isNotReadyBeforeItCanTellCallersFromImpostors() {
        try (TestingService service = TestingService.start();
                TestingService issuer = TestingService.start()) {
            issuer.on(
                            "/keys",
                            200,
                            send(HttpRequest.newBuilder(
                                            URI.create(TestingIssuer.shared().jwksUrl())))
                                    .body())
                    .stop();
            try (TestingGateway gateway = TestingGateway.start(service, "AUTH_JWKS_URL", issuer.uri() + "/keys")) {
                assertThat(send(gateway.anonymous("/health/ready")).statusCode())
                        .isEqualTo(503);
                assertThat(send(gateway.anonymous("/ready")).statusCode()).isEqualTo(503);
                assertThat(send(gateway.anonymous("/health/live")).statusCode()).isEqualTo(200);

                issuer.restart();

                await().atMost(SECONDS)
                        .untilAsserted(() -> assertThat(
                                        send(gateway.anonymous("/health/ready")).statusCode())
                                .isEqualTo(200));
            }
        }
    }

    /** S1.43, S1.44: each dependency with state and latency, one that was only configured too. */
    @Test
    void listsEveryDependencyWithStateAndLatency() {
        try (TestingService service = TestingService.start();
                TestingService vectors = TestingService.start();
                TestingGateway gateway = TestingGateway.start(
                        service, "culvert.gateway.health.upstreams.vectors", vectors.uri() + "/well")) {
            vectors.on(
                    "/well", (_, response) -> response.keepAlive(false).send()); // a kept connection would outlive it
            await().atMost(SECONDS)
                    .untilAsserted(() -> assertThat(detail(gateway, "vectors")).isEqualTo("UP"));
            JsonNode components =
                    json(send(gateway.anonymous("/health/detailed"))).path("components");
            assertThat(components.propertyNames())
                    .contains("redis", "kafka", "auth", "user", "tunnel", "proxy", "webhook", "admin", "vectors");
            assertThat(components.valueStream())
                    .allMatch(component -> component.path("latencyMs").isNumber());

            vectors.stop();

            await().atMost(SECONDS)
                    .untilAsserted(() -> assertThat(detail(gateway, "vectors")).isEqualTo("DOWN"));
            assertThat(send(gateway.anonymous("/health/detailed")).statusCode()).isEqualTo(503);
        }
    }

    private static String detail(TestingGateway gateway, String name) {
        return json(send(gateway.anonymous("/health/detailed")))
                .path("components")
                .path(name)
                .path("status")
                .asString();
    }

    @Test
    void countsRequestsByRouteMethodAndStatus() {
        TestingGateway gateway = TestingGateway.shared();
        send(gateway.signedIn("/api/v1/tunnels/some-id"));

        String metrics = send(gateway.anonymous("/metrics")).body();

        assertThat(metrics.lines())
                .anyMatch(line -> line.startsWith("http_requests_total{")
                        && line.contains("route=\"/api/v1/tunnels/**\"")
                        && line.contains("endpoint=\"/api/v1/tunnels/**\"")
                        && line.contains("method=\"GET\"")
                        && line.contains("status=\"200\"")
                        && line.contains("status_code=\"200\""))
                .anyMatch(line ->
                        line.startsWith("http_request_duration_seconds_bucket{") && line.contains("le=\"0.05\""))
                .noneMatch(line -> line.contains("some-id"));
    }

    @Test
    void finishesARequestInFlightWhenItStops() throws Exception {
        try (TestingService service = TestingService.start()) {
            TestingGateway gateway = TestingGateway.start(service);
            CompletableFuture<Void> arrived = new CompletableFuture<>();
            service.on("/api/v1/users/slow", (_, response) -> {
                arrived.complete(null);
                return response.sendString(Mono.delay(Duration.ofSeconds(2)).map(_ -> "{}"));
            });
            CompletableFuture<HttpResponse<String>> answer =
                    CompletableFuture.supplyAsync(() -> send(gateway.signedIn("/api/v1/users/slow")));
            arrived.get();

            gateway.close();

            assertThat(answer.get().statusCode()).isEqualTo(200);
        }
    }

    private static String component(TestingGateway gateway, String name) {
        return json(send(gateway.anonymous("/health")))
                .path("components")
                .path(name)
                .path("status")
                .asString();
    }
}
