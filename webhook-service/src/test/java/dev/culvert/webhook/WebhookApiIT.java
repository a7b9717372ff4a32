package dev.culvert.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.testing.TestCallers;
import dev.culvert.webhook.TestingWebhookService.Answer;
import dev.culvert.webhook.TestingWebhookService.Api;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** R10.1, S3.25: a tenant registers, reads, changes, pauses and deletes its webhooks, and sees no other tenant's. */
class WebhookApiIT {
    private static final String WEBHOOKS = "/api/v1/webhooks";
    private static final String URL = "http://127.0.0.1:9/hook";
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
    void showsTheSecretAtRegistrationAndNeverAgain() {
        Answer created = api.post(WEBHOOKS, """
                {"url": "%s", "events": ["tunnel.*"], "description": "Night shift"}""".formatted(URL));

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body().path("secret").asString()).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(created.body().path("userId").asString())
                .isEqualTo(caller.userId().toString());
        Answer read = api.get(path(created.body()));
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.body().has("secret")).isFalse();
        assertThat(read.body().path("url").asString()).isEqualTo(URL);
        assertThat(read.body().path("description").asString()).isEqualTo("Night shift");
        assertThat(read.body().path("status").asString()).isEqualTo("active");
        assertThat(read.body().path("retryPolicy").asString()).isEqualTo("standard");
        assertThat(read.body().path("createdAt")).isEqualTo(created.body().path("createdAt"));
    }

    /** */
    @Test
    void listsInPagesTheNewestFirst() {
        Api premium = service.as(caller.withTier(Tier.PREMIUM));
        List<String> ids = IntStream.range(0, 3)
                .mapToObj(_ -> premium.register(URL, "*").path("id").asString())
                .toList();

        JsonNode first = premium.get(WEBHOOKS + "?limit=2").body();
        JsonNode second = premium.get(WEBHOOKS + "?limit=2&page=2").body();

        assertThat(idsOf(first)).containsExactly(ids.get(2), ids.get(1));
        assertThat(first.path("total").asInt()).isEqualTo(3);
        assertThat(first.path("hasMore").asBoolean()).isTrue();
        assertThat(idsOf(second)).containsExactly(ids.get(0));
        assertThat(second.path("hasMore").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH"})
    void changesWhatIsNamedAndKeepsTheRest(String method) {
        JsonNode webhook = api.register(URL, "tunnel.*");
        String change = "{\"events\": [\"proxy.created\"], \"retryPolicy\": \"extended\"}";

        Answer changed = method.equals("PUT") ? api.put(path(webhook), change) : api.patch(path(webhook), change);

        assertThat(changed.status()).isEqualTo(200);
        JsonNode read = api.get(path(webhook)).body();
        assertThat(read.path("events")).extracting(JsonNode::asString).containsExactly("proxy.created");
        assertThat(read.path("retryPolicy").asString()).isEqualTo("extended");
        assertThat(read.path("url").asString()).isEqualTo(URL);
    }

    @Test
    void isPausedAndResumedButNotDisabledByItsOwner() {
        JsonNode webhook = api.register(URL, "*");

        assertThat(statusAfter(webhook, "paused")).isEqualTo("paused");
        assertThat(statusAfter(webhook, "active")).isEqualTo("active");
        Answer disabled = api.patch(path(webhook), "{\"status\": \"disabled\"}");
        assertThat(disabled.status()).isEqualTo(400);
        assertThat(disabled.body().path("errors").path(0).path("field").asString())
                .isEqualTo("status");
    }

    @Test
    void isGoneAfterItsDeletion() {
        JsonNode webhook = api.register(URL, "*");

        assertThat(api.delete(path(webhook)).status()).isEqualTo(204);

        assertThat(api.get(path(webhook)).code()).isEqualTo("WEBHOOK_001");
        assertThat(api.delete(path(webhook)).status()).isEqualTo(404);
    }

    @Test
    void anotherTenantSeesNothing() {
        JsonNode webhook = api.register(URL, "*");
        Api stranger = service.as(TestCallers.user());

        assertThat(Stream.of(
                        stranger.get(path(webhook)),
                        stranger.patch(path(webhook), "{\"status\": \"paused\"}"),
                        stranger.post(path(webhook) + "/rotate-secret", ""),
                        stranger.get(path(webhook) + "/deliveries"),
                        stranger.get(path(webhook) + "/deliveries/" + UUID.randomUUID()),
                        stranger.delete(path(webhook))))
                .allSatisfy(answer -> {
                    assertThat(answer.status()).isEqualTo(404);
                    assertThat(answer.code()).isEqualTo("WEBHOOK_001");
                });
        assertThat(stranger.get(WEBHOOKS).body().path("total").asInt()).isZero();
        assertThat(api.get(path(webhook)).body().path("status").asString()).isEqualTo("active");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"events\": [\"*\"]}",
                "{\"url\": \"http://127.0.0.1:9/\"}",
                "{\"url\": \"http://127.0.0.1:9/\", \"events\": []}",
                "{\"url\": \"http://127.0.0.1:9/\", \"events\": [\"nothing.*\"]}",
                "{\"url\": \"http://127.0.0.1:9/\", \"events\": [\"webhook.created\"]}",
                "{\"url\": \"http://127.0.0.1:9/\", \"events\": [\"*\"], \"retryPolicy\": \"never\"}",
                "{\"url\": \"not an address\", \"events\": [\"*\"]}",
                "{\"url\": \"ftp://127.0.0.1/\", \"events\": [\"*\"]}",
                "{\"url\": \"http://user:password@127.0.0.1:9/\", \"events\": [\"*\"]}"
            })
    void refusesWhatIsNotAWebhook(String body) {
        Answer refused = api.post(WEBHOOKS, body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("VALIDATION_ERROR");
        assertThat(refused.body().path("errors")).isNotEmpty();
    }

    /** two for the free tier, also when many come at once. */
    @Test
    void theNumberOfWebhooksIsLimitedByTier() throws Exception {
        Callable<Answer> register = () -> api.post(WEBHOOKS, "{\"url\": \"" + URL + "\", \"events\": [\"*\"]}");
        List<Answer> answers;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answers = threads
                    .invokeAll(IntStream.range(0, 8).mapToObj(_ -> register).toList())
                    .stream()
                    .map(Future::resultNow)
                    .toList();
        }

        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(2);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 201)
                .hasSize(6)
                .extracting(Answer::code)
                .containsOnly("QUOTA_EXCEEDED");
        assertThat(service.as(caller.withTier(Tier.PREMIUM)).register(URL, "*").isObject())
                .isTrue();
    }

    @Test
    void aReaderCannotWrite() {
        JsonNode webhook = api.register(URL, "*");
        Api reader = service.as(caller.withScopes(Scope.WEBHOOKS_READ));

        assertThat(reader.get(path(webhook)).status()).isEqualTo(200);
        assertThat(reader.post(WEBHOOKS, "{\"url\": \"" + URL + "\", \"events\": [\"*\"]}")
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(reader.post(path(webhook) + "/rotate-secret", "").code()).isEqualTo("FORBIDDEN");
        assertThat(reader.delete(path(webhook)).code()).isEqualTo("FORBIDDEN");
    }

    private String statusAfter(JsonNode webhook, String status) {
        return api.patch(path(webhook), "{\"status\": \"" + status + "\"}")
                .body()
                .path("status")
                .asString();
    }

    private static String path(JsonNode webhook) {
        return WEBHOOKS + "/" + webhook.path("id").asString();
    }

    private static List<String> idsOf(JsonNode page) {
        return page.path("items")
                .valueStream()
                .map(item -> item.path("id").asString())
                .toList();
    }
}
