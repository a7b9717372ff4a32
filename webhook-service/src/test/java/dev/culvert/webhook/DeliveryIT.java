package dev.culvert.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.ProxyEvent.ProxyCreated;
import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.contracts.event.TunnelEvent.TunnelDeleted;
import dev.culvert.contracts.event.TunnelEvent.TunnelFailedOver;
import dev.culvert.testing.TestCallers;
import dev.culvert.webhook.TestingReceiver.Answer;
import dev.culvert.webhook.TestingReceiver.Received;
import dev.culvert.webhook.TestingWebhookService.Api;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** R10.2, R10.3, R10.4, X-5: events of a tenant reach its receivers, signed, tried again until accepted or given up. */
class DeliveryIT {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static TestingWebhookService service;

    private final TestCallers caller = TestCallers.user();
    private final Api api = service.as(caller);

    @BeforeAll
    static void start() {
        service = TestingWebhookService.start(TestingWebhookService.SHORT_SCHEDULE);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void aSignedBodySaysWhatHappened() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver()) {
            JsonNode webhook = api.register(receiver.url(), "tunnel.*");
            TunnelCreated event = new TunnelCreated(UUID.randomUUID(), caller.userId(), "müller");

            service.happen(caller, event);

            Received request = receiver.await();
            Signatures.assertSigned(request, webhook.path("secret").asString());
            assertThat(request.header("Content-Type")).isEqualTo("application/json");
            assertThat(request.header("X-Webhook-ID"))
                    .isEqualTo(webhook.path("id").asString());
            JsonNode body = JSON.readTree(request.body());
            assertThat(body.propertyNames()).containsExactly("id", "type", "timestamp", "data");
            assertThat(body.path("id").asString()).isEqualTo(request.header("webhook-id"));
            assertThat(body.path("type").asString()).isEqualTo("tunnel.created");
            assertThat(Instant.parse(body.path("timestamp").asString())).isBefore(Instant.now());
            assertThat(body.path("data").path("tunnelId").asString())
                    .isEqualTo(event.tunnelId().toString());
            assertThat(body.path("data").path("name").asString()).isEqualTo("müller");
            JsonNode delivery = awaitDelivery(webhook, "delivered");
            assertThat(request.header("X-Delivery-ID"))
                    .isEqualTo(delivery.path("id").asString());
        }
    }

    /** P2.3.8: as a webhook; on the stream it is proven where that is. */
    @Test
    void tellsThatATunnelFailedOver() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver()) {
            api.register(receiver.url(), "tunnel.failed_over");
            UUID tunnelId = UUID.randomUUID();

            service.happen(caller, new TunnelCreated(tunnelId, caller.userId(), "ollama"));
            service.happen(
                    caller,
                    new TunnelFailedOver(
                            tunnelId, caller.userId(), "ollama", "workshop", "spare", "agent_offline", 12));

            JsonNode body = JSON.readTree(receiver.await().body());
            assertThat(body.path("type").asString()).isEqualTo("tunnel.failed_over");
            assertThat(body.at("/data/fromEndpoint").asString()).isEqualTo("workshop");
            assertThat(body.at("/data/toEndpoint").asString()).isEqualTo("spare");
            assertThat(body.at("/data/reason").asString()).isEqualTo("agent_offline");
            assertThat(body.at("/data/queueSize").asInt()).isEqualTo(12);
        }
    }

    /** R10.2: fails twice, then accepts: three tries, none before its wait is over, all with the same id and body. */
    @Test
    void triesUntilTheReceiverAccepts() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver().answering(500, 503, 200)) {
            JsonNode webhook = api.register(receiver.url(), "*");

            service.happen(caller, tunnelCreated());

            Received first = receiver.await();
            Received second = receiver.await();
            Received third = receiver.await();
            JsonNode delivery = awaitDelivery(webhook, "delivered");
            assertThat(Duration.between(first.at(), second.at())).isGreaterThanOrEqualTo(Duration.ofMillis(200));
            assertThat(Duration.between(second.at(), third.at())).isGreaterThanOrEqualTo(Duration.ofMillis(300));
            assertThat(List.of(second, third)).allSatisfy(again -> {
                assertThat(again.header("webhook-id")).isEqualTo(first.header("webhook-id"));
                assertThat(again.header("X-Delivery-ID")).isEqualTo(first.header("X-Delivery-ID"));
                assertThat(again.body()).isEqualTo(first.body());
                Signatures.assertSigned(again, webhook.path("secret").asString());
            });
            assertThat(delivery.path("attempts").asInt()).isEqualTo(3);
            assertThat(receiver.received()).hasSize(3);
        }
    }

    /** R10.4: a dead receiver: the delivery walks from pending over retrying to failed and keeps every try. */
    @Test
    void givesUpAfterTheLastTryAndKeepsTheHistory() throws Exception {
        Answer dead = Answer.of(500).withBody("database\u0000 is down");
        try (TestingReceiver receiver = new TestingReceiver().answering(dead.withHeader("Retry-After", "2"), dead)) {
            JsonNode webhook = api.register(receiver.url(), "*");

            service.happen(caller, tunnelCreated());

            receiver.await();
            assertThat(awaitDelivery(webhook, "retrying").hasNonNull("nextAttemptAt"))
                    .isTrue();
            JsonNode failed = awaitDelivery(webhook, "failed");
            JsonNode detail = api.get(
                            deliveries(webhook) + "/" + failed.path("id").asString())
                    .body();
            assertThat(detail.path("attempts").asInt()).isEqualTo(3);
            assertThat(detail.path("maxAttempts").asInt()).isEqualTo(3);
            assertThat(detail.path("statusCode").asInt()).isEqualTo(500);
            assertThat(detail.path("error").asString()).isEqualTo("The receiver answered 500");
            assertThat(detail.hasNonNull("nextAttemptAt")).isFalse();
            assertThat(detail.path("history").valueStream()).hasSize(3).allSatisfy(attempt -> {
                assertThat(attempt.path("statusCode").asInt()).isEqualTo(500);
                assertThat(attempt.path("durationMs").isIntegralNumber()).isTrue();
                assertThat(attempt.path("responseExcerpt").asString()).isEqualTo("database\uFFFD is down");
            });
            assertThat(receiver.received()).hasSize(3);
        }
    }

    @Test
    void listsDeliveriesByStatus() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver().answering(500, 500, 500, 200)) {
            JsonNode webhook = api.register(receiver.url(), "*");
            service.happen(caller, tunnelCreated());
            awaitDelivery(webhook, "failed");
            service.happen(caller, tunnelCreated());
            awaitDelivery(webhook, "delivered");

            assertThat(api.get(deliveries(webhook)).body().path("total").asInt())
                    .isEqualTo(2);
            assertThat(api.get(deliveries(webhook) + "?status=failed")
                            .body()
                            .path("total")
                            .asInt())
                    .isEqualTo(1);
            assertThat(api.get(deliveries(webhook) + "?status=pending").body().path("items"))
                    .isEmpty();
            assertThat(api.get(deliveries(webhook) + "?status=lost").code()).isEqualTo("VALIDATION_ERROR");
        }
    }

    @Test
    void onlyEventsThatWereSubscribedToAreDelivered() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver()) {
            api.register(receiver.url(), "tunnel.deleted", "proxy.*");
            UUID tunnelId = UUID.randomUUID();

            service.happen(caller, new TunnelCreated(tunnelId, caller.userId(), "one"));
            service.happen(caller, new TunnelDeleted(tunnelId, caller.userId(), "one"));
            service.happen(caller, new ProxyCreated(UUID.randomUUID(), caller.userId(), "two"));

            assertThat(List.of(typeOf(receiver.await()), typeOf(receiver.await())))
                    .containsExactlyInAnyOrder("tunnel.deleted", "proxy.created");
            assertThat(receiver.received()).hasSize(2);
        }
    }

    @Test
    void eventsOfAnotherTenantAreNeverDelivered() throws Exception {
        TestCallers stranger = TestCallers.user();
        try (TestingReceiver receiver = new TestingReceiver();
                TestingReceiver strangersReceiver = new TestingReceiver()) {
            api.register(receiver.url(), "*");
            service.as(stranger).register(strangersReceiver.url(), "*");

            service.happen(stranger, new TunnelCreated(UUID.randomUUID(), stranger.userId(), "secret"));
            service.happen(caller, new TunnelCreated(UUID.randomUUID(), caller.userId(), "mine"));

            assertThat(strangersReceiver.await().text()).contains("secret");
            assertThat(receiver.await().text()).contains("mine");
            assertThat(receiver.received()).hasSize(1);
        }
    }

    @Test
    void aPausedWebhookGetsNoNewEventsAndItsOpenDeliveriesWait() throws Exception {
        try (TestingReceiver receiver =
                new TestingReceiver().answering(Answer.of(500).withHeader("Retry-After", "4"), Answer.of(200))) {
            JsonNode webhook = api.register(receiver.url(), "*");
            service.happen(caller, tunnelCreated());
            receiver.await();
            api.patch("/api/v1/webhooks/" + webhook.path("id").asString(), "{\"status\": \"paused\"}");
            JsonNode waiting = awaitDelivery(webhook, "retrying");
            Instant due = Instant.parse(waiting.path("nextAttemptAt").asString());
            service.happen(caller, tunnelCreated());
            await().until(() -> Instant.now().isAfter(due.plusMillis(300)));
            assertThat(receiver.received()).hasSize(1);

            api.patch("/api/v1/webhooks/" + webhook.path("id").asString(), "{\"status\": \"active\"}");

            assertThat(receiver.await().header("X-Delivery-ID"))
                    .isEqualTo(waiting.path("id").asString());
            awaitDelivery(webhook, "delivered");
            assertThat(api.get(deliveries(webhook)).body().path("total").asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void aReceiverThatIsGoneIsDisabledAtOnce() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver().answering(410)) {
            JsonNode webhook = api.register(receiver.url(), "*");

            service.happen(caller, tunnelCreated());

            JsonNode failed = awaitDelivery(webhook, "failed");
            assertThat(failed.path("attempts").asInt()).isEqualTo(1);
            assertThat(api.get("/api/v1/webhooks/" + webhook.path("id").asString())
                            .body()
                            .path("status")
                            .asString())
                    .isEqualTo("disabled");
        }
    }

    @Test
    void waitsAsLongAsTheReceiverAsks() throws Exception {
        try (TestingReceiver receiver =
                new TestingReceiver().answering(Answer.of(429).withHeader("Retry-After", "1"), Answer.of(200))) {
            api.register(receiver.url(), "*");

            service.happen(caller, tunnelCreated());

            Received first = receiver.await();
            assertThat(Duration.between(first.at(), receiver.await().at()))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void aReceiverThatHangsIsCutOffAndTriedAgain() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver().answering(Answer.none(), Answer.of(200))) {
            JsonNode webhook = api.register(receiver.url(), "*");

            service.happen(caller, tunnelCreated());

            JsonNode delivery = awaitDelivery(webhook, "delivered");
            JsonNode hung = api.get(
                            deliveries(webhook) + "/" + delivery.path("id").asString())
                    .body()
                    .path("history")
                    .path(0);
            assertThat(hung.path("durationMs").asInt()).isBetween(2000, 20_000);
            assertThat(hung.path("error").asString()).isEqualTo("No answer within 2000 ms");
        }
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver().answering(302, 200)) {
            JsonNode webhook = api.register(receiver.url(), "*");

            service.happen(caller, tunnelCreated());

            JsonNode delivery = awaitDelivery(webhook, "delivered");
            assertThat(delivery.path("attempts").asInt()).isEqualTo(2);
        }
    }

    @Test
    void aPortNobodyListensOnIsAReadableError() throws Exception {
        TestingReceiver gone = new TestingReceiver();
        JsonNode webhook = api.register(gone.url(), "*");
        gone.close();

        service.happen(caller, tunnelCreated());

        assertThat(awaitDelivery(webhook, "failed").path("error").asString()).isEqualTo("No connection could be made");
    }

    /** R10.3: during the overlap old and new secret both verify. */
    @Test
    void bothSecretsSignWhileOneIsBeingReplaced() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver()) {
            JsonNode webhook = api.register(receiver.url(), "*");
            JsonNode rotated = api.post("/api/v1/webhooks/" + webhook.path("id").asString() + "/rotate-secret", "")
                    .body();

            service.happen(caller, tunnelCreated());

            Received request = receiver.await();
            assertThat(rotated.path("secret")).isNotEqualTo(webhook.path("secret"));
            Signatures.assertSigned(request, rotated.path("secret").asString());
            Signatures.assertSigned(request, webhook.path("secret").asString());
        }
    }

    @Test
    void countsWhatBecameOfDeliveries() throws Exception {
        try (TestingReceiver receiver = new TestingReceiver()) {
            JsonNode webhook = api.register(receiver.url(), "*");
            service.happen(caller, tunnelCreated());
            awaitDelivery(webhook, "delivered");

            assertThat(service.metrics())
                    .contains("culvert_webhook_messages_total")
                    .contains("culvert_webhook_deliveries_total{outcome=\"delivered\"")
                    .contains("culvert_webhook_attempt_duration_seconds_count{outcome=\"accepted\"")
                    .contains("culvert_webhook_deliveries_pending");
        }
    }

    private TunnelCreated tunnelCreated() {
        return new TunnelCreated(UUID.randomUUID(), caller.userId(), "ollama");
    }

    /** The newest delivery of a webhook once it has the status. */
    private JsonNode awaitDelivery(JsonNode webhook, String status) {
        return await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> api.get(deliveries(webhook)).body().path("items").path(0),
                        delivery -> delivery.path("status").asString("").equals(status));
    }

    private static String deliveries(JsonNode webhook) {
        return "/api/v1/webhooks/" + webhook.path("id").asString() + "/deliveries";
    }

    private static String typeOf(Received request) {
        return JSON.readTree(request.body()).path("type").asString();
    }
}
