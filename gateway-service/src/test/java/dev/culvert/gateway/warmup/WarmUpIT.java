package dev.culvert.gateway.warmup;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;

class WarmUpIT {
    private static final String KEYS = "/.well-known/jwks.json";

    /** Its first call to a service is held back: as long as that lasts nobody is told that the gateway is ready. */
    @Test
    void isNotReadyBeforeItsOwnCallsAreAnswered() {
        Sinks.Empty<Void> go = Sinks.empty();
        try (TestingService service = TestingService.start();
                TestingGateway gateway = TestingGateway.start(
                        service.on(
                                KEYS,
                                (_, response) -> response.header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                                        .sendString(go.asMono().thenReturn("{}"))),
                        "culvert.gateway.warm-up.enabled",
                        "true",
                        "culvert.gateway.warm-up.longest",
                        "1m")) {
            await().until(() -> asked(service).contains(KEYS));
            assertThat(send(gateway.anonymous("/health/ready")).statusCode()).isEqualTo(503);

            go.tryEmitEmpty().orThrow();

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> send(gateway.anonymous("/health/ready")).statusCode() == 200);
            assertThat(asked(service)).as("a connection for each service").contains("/health/live");
        }
    }

    /** Services that are not there do not keep it from serving those that are. */
    @Test
    void isReadyWithoutServices() {
        try (TestingService service = TestingService.start();
                TestingGateway gateway =
                        TestingGateway.start(stopped(service), "culvert.gateway.warm-up.enabled", "true")) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> send(gateway.anonymous("/health/ready")).statusCode() == 200);
        }
    }

    private static TestingService stopped(TestingService service) {
        service.stop();
        return service;
    }

    private static List<String> asked(TestingService service) {
        return service.waiting().stream().map(TestingService.Received::uri).toList();
    }
}
