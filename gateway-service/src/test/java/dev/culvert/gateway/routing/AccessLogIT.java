package dev.culvert.gateway.routing;

import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** One line of JSON per call. */
@ExtendWith(OutputCaptureExtension.class)
class AccessLogIT {
    private final TestingGateway gateway = TestingGateway.shared();
    private final String id = UUID.randomUUID().toString();

    /** S3.55, X-14. */
    @Test
    void hasAFieldForWhatIsAskedOfAKeysCall(CapturedOutput output) {
        TestCallers owner = TestCallers.apiKey("tunnels:read");
        gateway.service()
                .on(
                        "/internal/api-keys/exchange",
                        (_, response) -> response.header("Content-Type", "application/json")
                                .sendString(Mono.just(JSON.writeValueAsString(Map.of(
                                        "token", TestingIssuer.shared().token(owner), "expiresInSeconds", 300)))));

        send(gateway.anonymous("/api/v1/tunnels?token=secret")
                .header("X-API-Key", "cvt_test_" + UUID.randomUUID())
                .header("X-Correlation-ID", id)
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));

        JsonNode line = line(output);
        assertThat(Instant.parse(line.get("timestamp").asString())).isBeforeOrEqualTo(Instant.now());
        assertThat(line.get("level").asString()).isEqualTo("INFO");
        assertThat(line.get("service").asString()).isEqualTo("gateway-service");
        assertThat(line.get("component").asString()).isEqualTo("dev.culvert.gateway.access");
        assertThat(line.get("trace_id").asString()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        JsonNode context = line.get("context");
        assertThat(context.get("action").asString()).isEqualTo("request");
        assertThat(context.get("tenant_id").asString())
                .isEqualTo(owner.tenantId().toString());
        assertThat(context.get("user_id").asString()).isEqualTo(owner.userId().toString());
        assertThat(context.get("api_key_id").asString())
                .isEqualTo(owner.apiKeyId().orElseThrow().toString());
        assertThat(context.get("endpoint").asString()).isEqualTo("/api/v1/tunnels/**");
        assertThat(context.get("method").asString()).isEqualTo("GET");
        assertThat(context.get("protocol").asString()).isEqualTo("HTTP/1.1");
        assertThat(context.get("path").asString()).isEqualTo("/api/v1/tunnels");
        assertThat(context.get("status_code").asInt()).isEqualTo(200);
        assertThat(context.get("response_time_ms").asDouble()).isPositive();
        assertThat(line.toString()).doesNotContain("secret");
    }

    /** S3.56: somebody must look after what is ours, not after what callers get wrong. */
    @Test
    void isAnErrorOnlyWhenTheFaultIsOurs(CapturedOutput output) {
        gateway.service().on("/api/v1/users/broken", 500, "{}").on("/api/v1/users/absent", 404, "{}");

        send(gateway.signedIn("/api/v1/users/absent").header("X-Correlation-ID", id));
        assertThat(line(output).get("level").asString()).isEqualTo("INFO");
        String another = UUID.randomUUID().toString();
        send(gateway.signedIn("/api/v1/users/broken").header("X-Correlation-ID", another));
        assertThat(line(output, another).get("level").asString()).isEqualTo("ERROR");
    }

    @Test
    void leavesOutWhatIsNotKnown(CapturedOutput output) {
        send(gateway.anonymous("/api/v1/tunnels").header("X-Correlation-ID", id));

        JsonNode context = line(output).get("context");

        assertThat(context.get("status_code").asInt()).isEqualTo(401);
        assertThat(context.has("user_id")).isFalse();
        assertThat(context.has("api_key_id")).isFalse();
    }

    private JsonNode line(CapturedOutput output) {
        return line(output, id);
    }

    /** The line comes from a thread of its own, so a moment later. */
    private static JsonNode line(CapturedOutput output, String correlationId) {
        return await().until(
                        () -> output.getOut()
                                .lines()
                                .filter(line -> line.contains(correlationId) && line.contains("Request answered"))
                                .findFirst()
                                .map(JSON::readTree),
                        Optional::isPresent)
                .orElseThrow();
    }
}
