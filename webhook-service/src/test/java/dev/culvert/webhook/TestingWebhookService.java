package dev.culvert.webhook;

import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingStores;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatusCode;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/**
 * The whole service on the shared stores, sending to loopback. At most one runs at a time: two would share the work, and
 * a test that stops one would see the other go on.
 */
final class TestingWebhookService implements AutoCloseable {
    /** Three tries in half a second, each with half a second. */
    static final Map<String, String> SHORT_SCHEDULE = Map.of(
            "culvert.webhook.delivery.standard-waits", "0s,200ms,300ms",
            "culvert.webhook.delivery.attempt-timeout", "2s",
            "culvert.webhook.delivery.lease-margin", "2s",
            "culvert.webhook.delivery.poll-interval", "50ms");

    private final ConfigurableApplicationContext context;

    private TestingWebhookService(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** With loopback allowed as a receiver's address. */
    static TestingWebhookService start(Map<String, String> properties) {
        return start(properties, "127.0.0.0/8");
    }

    static TestingWebhookService start(
            Map<String, String> properties, String outboundAllowed, Class<?>... configurations) {
        Map<String, Object> all = new HashMap<>(environment());
        all.put("OUTBOUND_ALLOWED", outboundAllowed);
        all.putAll(properties);
        return new TestingWebhookService(new SpringApplicationBuilder(WebhookApplication.class)
                .sources(configurations)
                .properties(all)
                .run());
    }

    /** What the service needs to find the shared stores, by environment variable. */
    static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        TestingStores.register(
                new DynamicPropertyRegistry() {
                    @Override
                    public void add(String name, Supplier<Object> value) {
                        environment.put(name, value.get().toString());
                    }
                },
                "webhook");
        environment.put("PORT", "0");
        environment.put("BIND_ADDRESS", "127.0.0.1");
        environment.put("LOG_FORMAT", "plain");
        return environment;
    }

    /** Lets an event happen in a tenant, as any service would: through an outbox and Kafka. */
    void happen(TestCallers caller, DomainEvent event) {
        TenantScope.run(
                caller.tenantId(),
                () -> bean(TransactionTemplate.class)
                        .executeWithoutResult(_ -> bean(Outbox.class).append(event)));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** The API as one caller uses it. */
    Api as(TestCallers caller) {
        return new Api(RestClient.builder()
                .baseUrl("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"))
                .defaultHeader(
                        "Authorization", "Bearer " + TestingIssuer.shared().token(caller))
                .defaultStatusHandler(HttpStatusCode::isError, (_, _) -> {})
                .build());
    }

    String metrics() {
        return RestClient.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"))
                .get()
                .uri("/metrics")
                .retrieve()
                .body(String.class);
    }

    @Override
    public void close() {
        context.close();
    }

    /** Status and body of an answer. */
    record Answer(int status, JsonNode body) {
        String code() {
            return body.path("code").asString("");
        }
    }

    /** Calls with a body as JSON text. */
    record Api(RestClient client) {
        Answer post(String path, String json) {
            return send(client.post()
                    .uri(path)
                    .header("Content-Type", "application/json")
                    .body(json));
        }

        Answer put(String path, String json) {
            return send(client.put()
                    .uri(path)
                    .header("Content-Type", "application/json")
                    .body(json));
        }

        Answer patch(String path, String json) {
            return send(client.patch()
                    .uri(path)
                    .header("Content-Type", "application/json")
                    .body(json));
        }

        Answer get(String path) {
            return send(client.get().uri(path));
        }

        Answer delete(String path) {
            return send(client.delete().uri(path));
        }

        /** Registers a webhook and answers it, secret included. */
        JsonNode register(String url, String... events) {
            Answer answer = post("/api/v1/webhooks", """
                    {"url": "%s", "events": ["%s"]}""".formatted(url, String.join("\", \"", events)));
            if (answer.status() != 201) {
                throw new AssertionError("Not registered: " + answer);
            }
            return answer.body();
        }

        private static Answer send(RestClient.RequestHeadersSpec<?> request) {
            var response = request.retrieve().toEntity(JsonNode.class);
            JsonNode body = response.getBody();
            return new Answer(
                    response.getStatusCode().value(),
                    body == null ? tools.jackson.databind.node.JsonNodeFactory.instance.missingNode() : body);
        }
    }
}
