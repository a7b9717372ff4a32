package dev.culvert.proxy.tunnel;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.contracts.event.TunnelEvent.TunnelDeleted;
import dev.culvert.contracts.event.TunnelEvent.TunnelStatusChanged;
import dev.culvert.contracts.event.TunnelEvent.TunnelUpdated;
import dev.culvert.proxy.RunningProxyService;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.PublishedEvents.Published;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingKafka;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** R4.5: proxies follow their tunnels, by events of a real Kafka. */
class TunnelsOfProxiesIT extends RunningProxyService {
    private static final String PROXIES = "/api/v1/proxies";

    private final TestCallers owner = TestCallers.user();
    private final UUID tunnel = UUID.randomUUID();
    private Instant now = Instant.now().minusSeconds(60);

    @Autowired
    @Qualifier("inboxContainers")
    private SmartLifecycle consumers;

    @Test
    void isAvailableWhileItsTunnelIsConnected() {
        UUID proxy = create("chat", "ollama");
        assertThat(status(proxy).path("status").asString())
                .as("nothing is claimed of a tunnel nobody told of")
                .isEqualTo("running");

        publish(new TunnelCreated(tunnel, owner.userId(), "ollama"));
        awaitStatus(proxy, "error", "created");
        publish(changed("ollama", "created", "connected", "agent_connected"));
        awaitStatus(proxy, "running", "connected");
        publish(changed("ollama", "connected", "disconnected", "stopped"));
        awaitStatus(proxy, "error", "disconnected");
        publish(changed("ollama", "disconnected", "connected", "agent_connected"));
        awaitStatus(proxy, "running", "connected");
        publish(new TunnelDeleted(tunnel, owner.userId(), "ollama"));
        awaitStatus(proxy, "error", "deleted");

        await().untilAsserted(() -> assertThat(changesOf(proxy))
                .containsExactly(
                        "running error tunnel_created",
                        "error running tunnel_connected",
                        "running error tunnel_disconnected",
                        "error running tunnel_connected",
                        "running error tunnel_deleted"));
    }

    @Test
    void isAvailableAtOnceWhereTheTunnelCameFirst() {
        publish(changed("ollama", "created", "connected", "agent_connected"));
        UUID first = create("first", "ollama");
        awaitStatus(first, "running", "connected");
        publish(changed("ollama", "connected", "disconnected", "stopped"));
        awaitStatus(first, "error", "disconnected");

        UUID second = create("second", "ollama");

        awaitStatus(second, "error", "disconnected");
        assertThat(changesOf(second)).containsExactly("running error created");
    }

    /** The check of the row: the consumers are away while a tunnel starts and another one ends. */
    @Test
    void convergesWithWhatHappenedWhileItHeardNothing() {
        UUID other = UUID.randomUUID();
        UUID starts = create("starts", "later");
        UUID ends = create("ends", "former");
        publish(new TunnelCreated(tunnel, owner.userId(), "later"));
        publish(new TunnelStatusChanged(other, owner.userId(), "former", "created", "connected", "agent_connected"));
        awaitStatus(starts, "error", "created");
        awaitStatus(ends, "running", "connected");

        consumers.stop();
        try {
            publish(changed("later", "created", "connected", "agent_connected"));
            publish(new TunnelDeleted(other, owner.userId(), "former"));
            assertThat(status(starts).path("status").asString()).isEqualTo("error");
        } finally {
            consumers.start();
        }

        awaitStatus(starts, "running", "connected");
        awaitStatus(ends, "error", "deleted");
    }

    @Test
    void keepsToTheLatestWhateverComesLateOrTwice() {
        UUID proxy = create("chat", "ollama");
        UUID id = UUID.randomUUID();
        Instant early = now;
        publish(changed("ollama", "created", "connected", "agent_connected"));
        publish(id, Instant.now(), changed("ollama", "connected", "disconnected", "stopped"));
        awaitStatus(proxy, "error", "disconnected");

        publish(UUID.randomUUID(), early, changed("ollama", "created", "connected", "agent_connected"));
        publish(id, Instant.now(), changed("ollama", "connected", "disconnected", "stopped"));
        UUID sign = create("sign", "sign");
        publish(new TunnelStatusChanged(UUID.randomUUID(), owner.userId(), "sign", "created", "error", "broken"));
        awaitStatus(sign, "error", "error");
        publish(
                UUID.randomUUID(),
                Instant.now().plusSeconds(1),
                new TunnelUpdated(tunnel, owner.userId(), "renamed", Set.of("name")));

        // All of the above is one tunnel's, so what came late has been read before the name.
        UUID renamed = create("renamed", "renamed");
        awaitStatus(renamed, "error", "disconnected");
        assertThat(status(proxy).path("status").asString())
                .as("its name leads to no tunnel any more that was told of")
                .isEqualTo("running");
    }

    @Test
    void staysAvailableByAnotherTarget() {
        HttpResponse<String> made = as(owner).post(PROXIES, """
                {"name": "both", "targets": [{"type": "tunnel", "tunnel": "ollama", "priority": 10},
                 {"type": "url", "url": "https://example.com/v1", "priority": 1}]}""");
        UUID proxy = UUID.fromString(json(made).path("id").asString());

        publish(new TunnelCreated(tunnel, owner.userId(), "ollama"));

        await().untilAsserted(() ->
                assertThat(status(proxy).at("/targets/0/available").asBoolean()).isFalse());
        assertThat(status(proxy).at("/targets/1/available").asBoolean()).isTrue();
        assertThat(status(proxy).at("/targets/1/tunnelStatus").isString()).isFalse();
        assertThat(status(proxy).path("status").asString()).isEqualTo("running");
    }

    @Test
    void aStrangersTunnelOfTheSameNameIsNoneOfIts() {
        UUID proxy = create("chat", "ollama");
        TestCallers stranger = TestCallers.user();
        publish(
                UUID.randomUUID(),
                now,
                new TunnelCreated(UUID.randomUUID(), stranger.userId(), "ollama"),
                stranger.tenantId());

        publish(changed("ollama", "created", "connected", "agent_connected"));

        awaitStatus(proxy, "running", "connected");
    }

    private UUID create(String name, String target) {
        HttpResponse<String> made = as(owner)
                .post(
                        PROXIES,
                        "{\"name\": \"%s\", \"targets\": [{\"type\": \"tunnel\", \"tunnel\": \"%s\"}]}"
                                .formatted(name, target));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return UUID.fromString(json(made).path("id").asString());
    }

    private JsonNode status(UUID proxy) {
        return json(as(owner).get(PROXIES + "/" + proxy + "/status"));
    }

    private void awaitStatus(UUID proxy, String status, String ofTunnel) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            JsonNode now = status(proxy);
            assertThat(now.at("/targets/0/tunnelStatus").asString()).isEqualTo(ofTunnel);
            assertThat(now.path("status").asString()).isEqualTo(status);
            assertThat(now.at("/targets/0/available").asBoolean()).isEqualTo(status.equals("running"));
        });
    }

    /** From, to and reason of each change of a proxy's status that was published. */
    private static List<String> changesOf(UUID proxy) {
        return PublishedEvents.until(EventType.PROXY_STATUS_CHANGED, proxy).stream()
                .filter(event -> event.type().equals(EventType.PROXY_STATUS_CHANGED.cloudEventsType()))
                .map(Published::data)
                .map(data -> data.path("oldStatus").asString() + " "
                        + data.path("newStatus").asString() + " "
                        + data.path("reason").asString())
                .toList();
    }

    private TunnelStatusChanged changed(String name, String from, String to, String reason) {
        return new TunnelStatusChanged(tunnel, owner.userId(), name, from, to, reason);
    }

    private void publish(DomainEvent event) {
        now = now.plusSeconds(1);
        publish(UUID.randomUUID(), now, event);
    }

    private void publish(UUID id, Instant at, DomainEvent event) {
        publish(id, at, event, owner.tenantId());
    }

    /** As tunnel-service does. */
    private static void publish(UUID id, Instant at, DomainEvent event, UUID tenantId) {
        var record = new ProducerRecord<>(
                EventType.of(event).topic(),
                event.subject(),
                JsonMapper.shared().writeValueAsString(event));
        Map.of(
                        EventHeaders.SPEC_VERSION, EventHeaders.SPEC_VERSION_1_0,
                        EventHeaders.ID, id.toString(),
                        EventHeaders.TYPE, EventType.of(event).cloudEventsType(),
                        EventHeaders.SOURCE, "/tunnel-service",
                        EventHeaders.SUBJECT, event.subject(),
                        EventHeaders.TIME, at.toString(),
                        EventHeaders.TENANT_ID, tenantId.toString(),
                        EventHeaders.SEQUENCE, "1",
                        EventHeaders.CONTENT_TYPE, EventHeaders.JSON)
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        Map<String, Object> settings =
                Map.of("bootstrap.servers", TestingKafka.shared().bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(record);
        }
    }
}
