package dev.culvert.gateway.usage;

import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.event.EventType;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestCallers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** S2.35: what an event of use says. */
class UsageIT {
    private final TestingGateway gateway = TestingGateway.shared();

    @Test
    void countsBodiesOfBothWays() {
        TestCallers ada = TestCallers.apiKey("tunnels:write");
        gateway.service().on("/api/v1/tunnels/sizes", 201, "{\"id\":1}");

        send(post(gateway.as(ada, "/api/v1/tunnels/sizes"), "application/json", "{\"name\":\"12345\"}"));

        JsonNode call = told(ada);
        assertThat(call.get("method").asString()).isEqualTo("POST");
        assertThat(call.get("status").asInt()).isEqualTo(201);
        assertThat(call.get("bytesIn").asInt()).isEqualTo(16);
        assertThat(call.get("bytesOut").asInt()).isEqualTo(8);
        assertThat(call.get("apiKeyId").asString())
                .isEqualTo(ada.apiKeyId().map(UUID::toString).orElseThrow());
    }

    @Test
    void countsWhatWentThroughATunnel() {
        TestCallers ada = TestCallers.user();
        byte[] much = new byte[300_000];
        gateway.service().on("/t/app/much", (_, response) -> response.sendByteArray(Mono.just(much)));

        assertThat(send(gateway.as(ada, "/t/app/much"), BodyHandlers.ofByteArray())
                        .body())
                .hasSize(much.length);

        JsonNode call = told(ada);
        assertThat(call.get("endpoint").asString()).isEqualTo("/t/**");
        assertThat(call.get("bytesOut").asInt()).isGreaterThanOrEqualTo(much.length);
        assertThat(call.has("apiKeyId")).isFalse();
    }

    @Test
    void countsRefusedCallsOfKnownCallersToo() {
        TestCallers ada = TestCallers.user();

        send(post(gateway.as(ada, "/api/v1/tunnels"), "text/plain", "x"));

        // Refused before anybody looked who calls, so it is nobody's; the next one is.
        send(gateway.as(ada, "/api/v1/nowhere"));
        JsonNode call = told(ada);
        assertThat(call.get("status").asInt()).isEqualTo(404);
        assertThat(call.get("endpoint").asString()).isEqualTo("unmatched");
    }

    private static JsonNode told(TestCallers caller) {
        return PublishedEvents.first(EventType.API_CALL_ENDED, caller.userId()).data();
    }
}
