package dev.culvert.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.testing.TestCallers;
import dev.culvert.webhook.TestingReceiver.Answer;
import dev.culvert.webhook.TestingWebhookService.Api;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A hundred endpoints of one tenant: one that hangs keeps its few places and holds up nobody else. */
class ManyReceiversIT {
    private static final int OTHERS = 99;
    private static final int EVENTS = 4;
    private static final int PLACES = 2;

    private final TestCallers caller = TestCallers.user().withTier(Tier.ENTERPRISE);

    @Test
    void oneThatHangsDoesNotStarveTheOthers() throws Exception {
        Map<String, String> properties = Map.of(
                "culvert.webhook.delivery.attempt-timeout", "180s",
                "culvert.webhook.delivery.concurrency", "8",
                "culvert.webhook.delivery.concurrency-per-endpoint", Integer.toString(PLACES));
        try (TestingWebhookService service = TestingWebhookService.start(properties);
                TestingReceiver hanging = new TestingReceiver().answering(Answer.none());
                TestingReceiver others = new TestingReceiver()) {
            Api api = service.as(caller);
            api.register(hanging.url(), "*");
            for (int i = 0; i < OTHERS; i++) {
                api.register(others.url() + "/" + i, "*");
            }

            for (int i = 0; i < EVENTS; i++) {
                service.happen(caller, new TunnelCreated(UUID.randomUUID(), caller.userId(), "ollama-" + i));
            }

            await().atMost(Duration.ofSeconds(120))
                    .until(() -> others.received().size() == OTHERS * EVENTS);
            assertThat(hanging.received()).as("tries under way to one endpoint").hasSizeLessThanOrEqualTo(PLACES);
        }
    }
}
