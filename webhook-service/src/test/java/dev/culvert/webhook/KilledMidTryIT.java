package dev.culvert.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.webhook.TestingReceiver.Answer;
import dev.culvert.webhook.TestingReceiver.Received;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** R10.2: {@code kill -9} while a receiver is being called; another process makes that try again, with the same id. */
class KilledMidTryIT {
    private final TestCallers caller = TestCallers.user();

    @Test
    void anotherProcessMakesTheTryAgain(@TempDir Path logs) throws Exception {
        Map<String, String> properties = new HashMap<>(TestingWebhookService.SHORT_SCHEDULE);
        properties.put("culvert.webhook.delivery.standard-waits", "1h,1s");
        properties.put("culvert.webhook.delivery.attempt-timeout", "3s");
        try (TestingReceiver receiver = new TestingReceiver().answering(Answer.none(), Answer.of(200))) {
            JsonNode webhook = leaveADeliveryBehind(receiver, properties);
            TestingPostgres.shared().execute("UPDATE webhook.due_delivery SET due_at = now()");

            Process process = startProcess(properties, logs);
            Received first;
            try {
                first = receiver.await();
            } finally {
                process.destroyForcibly().waitFor();
            }

            try (TestingWebhookService service = TestingWebhookService.start(properties)) {
                Received second = receiver.await();
                assertThat(second.header("webhook-id")).isEqualTo(first.header("webhook-id"));
                assertThat(second.header("X-Delivery-ID")).isEqualTo(first.header("X-Delivery-ID"));
                assertThat(second.body()).isEqualTo(first.body());
                assertThat(awaitDelivery(service, webhook, "delivered")
                                .path("attempts")
                                .asInt())
                        .as("the killed try was not counted")
                        .isEqualTo(1);
            }
        }
    }

    /** A delivery whose first try is not yet due when the service stops. */
    private JsonNode leaveADeliveryBehind(TestingReceiver receiver, Map<String, String> properties) {
        try (TestingWebhookService service = TestingWebhookService.start(properties)) {
            JsonNode webhook = service.as(caller).register(receiver.url(), "*");
            service.happen(caller, new TunnelCreated(UUID.randomUUID(), caller.userId(), "ollama"));
            awaitDelivery(service, webhook, "pending");
            return webhook;
        }
    }

    private static Process startProcess(Map<String, String> properties, Path logs) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WebhookApplication.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(logs.resolve("service.log").toFile());
        properties.forEach((key, value) -> builder.command().add("--" + key + "=" + value));
        builder.environment().putAll(TestingWebhookService.environment());
        builder.environment().put("OUTBOUND_ALLOWED", "127.0.0.0/8");
        return builder.start();
    }

    private JsonNode awaitDelivery(TestingWebhookService service, JsonNode webhook, String status) {
        String deliveries = "/api/v1/webhooks/" + webhook.path("id").asString() + "/deliveries";
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> service.as(caller)
                                .get(deliveries)
                                .body()
                                .path("items")
                                .path(0),
                        delivery -> delivery.path("status").asString("").equals(status));
    }
}
