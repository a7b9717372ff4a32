package dev.culvert.gateway.routing;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gateway's own spans, as a collector gets them over OTLP: protobuf, in which ids stand as their bytes. */
class GatewaySpansIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static TestingService service;
    private static final Queue<String> EXPORTED = new ConcurrentLinkedQueue<>();
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        service.on(
                "/v1/traces",
                (request, response) -> request.receive()
                        .aggregate()
                        .asByteArray()
                        .doOnNext(body -> EXPORTED.add(new String(body, StandardCharsets.ISO_8859_1)))
                        .then(response.send().then()));
        gateway = TestingGateway.start(
                service,
                "management.opentelemetry.tracing.export.otlp.endpoint",
                service.uri() + "/v1/traces",
                "management.opentelemetry.tracing.export.schedule-delay",
                "100ms");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.close();
    }

    @BeforeEach
    void forget() {
        service.forget();
        EXPORTED.clear();
    }

    @Test
    void standBetweenTheCallersSpanAndThoseOfTheServices() {
        send(gateway.signedIn("/api/v1/tunnels").header("traceparent", "00-" + TRACE + "-" + CALLER + "-01"));

        String own = handedOn();
        assertThat(own).startsWith("00-" + TRACE + "-").endsWith("-01").doesNotContain(CALLER);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> EXPORTED.stream().anyMatch(spans -> spans.contains(bytes(TRACE))));
        assertThat(EXPORTED)
                .anySatisfy(spans -> assertThat(spans)
                        .contains(bytes(TRACE), bytes(CALLER), bytes(own.substring(36, 52)))
                        .contains("GET /api/v1/tunnels/**", "http.response.status_code", "gateway-service"));
    }

    @Test
    void beginTheTraceOfACallerWithoutOne() {
        send(gateway.signedIn("/api/v1/tunnels"));

        String own = handedOn();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> EXPORTED.stream().anyMatch(spans -> spans.contains(bytes(own.substring(36, 52)))));
    }

    /** Spans are exported in the order in which they end: what a later call shows, an earlier one would have shown too. */
    @Test
    void areNotMadeForTracesThatNobodySamples() {
        String trace = "7c1f0a52d96e4b38a1c4e0f9b2d35768";
        String unsampled = "00-" + trace + "-" + CALLER + "-00";
        send(gateway.signedIn("/api/v1/tunnels").header("traceparent", unsampled));
        assertThat(handedOn()).isEqualTo(unsampled);
        String later = "e05b9d1f48a7463c9f20b6c81d7e3a94";

        send(gateway.signedIn("/api/v1/tunnels").header("traceparent", "00-" + later + "-" + CALLER + "-01"));

        await().atMost(Duration.ofSeconds(20))
                .until(() -> EXPORTED.stream().anyMatch(spans -> spans.contains(bytes(later))));
        assertThat(EXPORTED).noneMatch(spans -> spans.contains(bytes(trace)));
    }

    private static String handedOn() {
        return Objects.requireNonNull(service.waiting().stream()
                .filter(request -> request.uri().equals("/api/v1/tunnels"))
                .findFirst()
                .orElseThrow()
                .headers()
                .getFirst("traceparent"));
    }

    private static String bytes(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
    }
}
