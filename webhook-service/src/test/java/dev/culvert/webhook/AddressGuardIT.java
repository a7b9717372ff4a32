package dev.culvert.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.testing.TestCallers;
import dev.culvert.webhook.TestingWebhookService.Answer;
import dev.culvert.webhook.TestingWebhookService.Api;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** R10.1: webhooks cannot be turned against our own network, neither at registration nor by a name that moves later. */
class AddressGuardIT {
    private static final String PUBLIC = "93.184.215.14";
    private static TestingWebhookService service;

    private final TestCallers caller = TestCallers.user();
    private final Api api = service.as(caller);

    @BeforeAll
    static void start() {
        service = TestingWebhookService.start(TestingWebhookService.SHORT_SCHEDULE, "");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data",
                "https://169.254.169.254/latest/meta-data",
                "https://2852039166/",
                "https://0xa9fea9fe/",
                "https://0251.0376.0251.0376/",
                "https://127.0.0.1/",
                "https://2130706433/",
                "https://127.1/",
                "https://localhost/",
                "https://0.0.0.0/",
                "https://10.0.0.1/",
                "https://192.168.1.1:8443/",
                "https://[::1]/",
                "https://[::]/",
                "https://[::ffff:169.254.169.254]/",
                "https://[::ffff:7f00:1]/",
                "https://[64:ff9b::a9fe:a9fe]/",
                "https://[2002:a9fe:a9fe::1]/",
                "https://[fd00::1]/",
                "https://[fe80::1]/"
            })
    void refusesAddressesThatAreNotPublic(String url) {
        Answer refused = register(url);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("VALIDATION_ERROR");
        assertThat(refused.body().path("errors").path(0).path("field").asString())
                .isEqualTo("url");
    }

    @Test
    void refusesANameThatLeadsInside() {
        TestingNames.define("inside.culvert.test", "10.1.2.3");

        Answer refused = register("https://inside.culvert.test/hook");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().toString()).doesNotContain("10.1.2.3");
    }

    @Test
    void refusesANameThatIsNotKnown() {
        assertThat(register("https://nobody.invalid/hook")
                        .body()
                        .path("errors")
                        .path(0)
                        .path("reason")
                        .asString())
                .contains("not known");
    }

    @Test
    void demandsEncryptionForPublicAddresses() {
        TestingNames.define("plain.culvert.test", PUBLIC);

        assertThat(register("http://plain.culvert.test/hook").status()).isEqualTo(400);
        assertThat(register("https://plain.culvert.test/hook").status()).isEqualTo(201);
    }

    @Test
    void aChangeOfTheAddressIsCheckedToo() {
        TestingNames.define("mine.culvert.test", PUBLIC);
        JsonNode webhook = register("https://mine.culvert.test/hook").body();

        Answer refused = api.patch(
                "/api/v1/webhooks/" + webhook.path("id").asString(), "{\"url\": \"https://169.254.169.254/\"}");

        assertThat(refused.status()).isEqualTo(400);
    }

    @Test
    void aNameThatMovesInsideAfterRegistrationIsNotSentTo() throws Exception {
        try (TestingReceiver inside = new TestingReceiver()) {
            TestingNames.define("moving.culvert.test", PUBLIC, "127.0.0.1");
            JsonNode webhook = register("https://moving.culvert.test:" + inside.port() + "/hook")
                    .body();

            service.happen(caller, new TunnelCreated(UUID.randomUUID(), caller.userId(), "ollama"));

            JsonNode failed = await().atMost(Duration.ofSeconds(30))
                    .until(
                            () -> api.get("/api/v1/webhooks/"
                                            + webhook.path("id").asString() + "/deliveries")
                                    .body()
                                    .path("items")
                                    .path(0),
                            delivery -> delivery.path("status").asString("").equals("failed"));
            assertThat(failed.path("error").asString()).contains("not public").doesNotContain("127.0.0.1");
            assertThat(inside.received()).isEmpty();
        }
    }

    private Answer register(String url) {
        return api.post("/api/v1/webhooks", "{\"url\": \"" + url + "\", \"events\": [\"*\"]}");
    }
}
