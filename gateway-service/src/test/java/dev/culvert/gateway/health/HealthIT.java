package dev.culvert.gateway.health;

import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestingRedis;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Requirements R1.9 (an instance's part), R1.10, X-8, X-13 (names and labels). */
class HealthIT {
    private static final Duration SECONDS = Duration.ofSeconds(10);

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
            assertThat(send(gateway.anonymous(probe)).statusCode()).as(probe).isEqualTo(200);
        }
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
