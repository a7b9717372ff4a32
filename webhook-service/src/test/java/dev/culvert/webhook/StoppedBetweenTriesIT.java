package dev.culvert.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.webhook.TestingReceiver.Received;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** R10.2: a service that stops or fails at any point of a delivery loses nothing. */
class StoppedBetweenTriesIT {
    private final TestCallers caller = TestCallers.user();

    @Test
    void theNextTryIsMadeAfterARestartAndNotBeforeItsWaitIsOver() throws Exception {
        Map<String, String> schedule = new HashMap<>(TestingWebhookService.SHORT_SCHEDULE);
        schedule.put("culvert.webhook.delivery.standard-waits", "0s,3s");
        try (TestingReceiver receiver = new TestingReceiver().answering(500, 200)) {
            Received first;
            JsonNode webhook;
            try (TestingWebhookService service = TestingWebhookService.start(schedule)) {
                webhook = service.as(caller).register(receiver.url(), "*");
                service.happen(caller, tunnelCreated());
                first = receiver.await();
                awaitStatus(service, webhook, "retrying");
            }
            try (TestingWebhookService restarted = TestingWebhookService.start(schedule)) {
                Received second = receiver.await();

                assertThat(second.header("webhook-id")).isEqualTo(first.header("webhook-id"));
                assertThat(second.body()).isEqualTo(first.body());
                assertThat(Duration.between(first.at(), second.at())).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
                assertThat(awaitStatus(restarted, webhook, "delivered")
                                .path("attempts")
                                .asInt())
                        .isEqualTo(2);
            }
        }
    }

    /** The receiver accepts, but what it said cannot be stored: the same message comes again until it can. */
    @Test
    void anAnswerThatCouldNotBeStoredIsAskedForAgainWithTheSameId() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver();
                TestingWebhookService service = TestingWebhookService.start(TestingWebhookService.SHORT_SCHEDULE)) {
            JsonNode webhook = service.as(caller).register(receiver.url(), "*");
            refuseToStoreAttempts();
            Received first;
            try {
                service.happen(caller, tunnelCreated());
                first = receiver.await();
                assertThat(receiver.await().header("webhook-id")).isEqualTo(first.header("webhook-id"));
            } finally {
                storeAttemptsAgain();
            }

            JsonNode delivery = awaitStatus(service, webhook, "delivered");

            assertThat(delivery.path("attempts").asInt()).isEqualTo(1);
            assertThat(receiver.received()).hasSizeGreaterThanOrEqualTo(2).allSatisfy(again -> {
                assertThat(again.header("webhook-id")).isEqualTo(first.header("webhook-id"));
                assertThat(again.header("X-Delivery-ID")).isEqualTo(first.header("X-Delivery-ID"));
                Signatures.assertSigned(again, webhook.path("secret").asString());
            });
        }
    }

    private TunnelCreated tunnelCreated() {
        return new TunnelCreated(UUID.randomUUID(), caller.userId(), "ollama");
    }

    private JsonNode awaitStatus(TestingWebhookService service, JsonNode webhook, String status) {
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

    private static void refuseToStoreAttempts() {
        TestingPostgres.shared()
                .execute("ALTER TABLE webhook.attempt ADD CONSTRAINT none_for_now CHECK (false) NOT VALID");
    }

    private static void storeAttemptsAgain() {
        TestingPostgres.shared().execute("ALTER TABLE webhook.attempt DROP CONSTRAINT none_for_now");
    }
}
