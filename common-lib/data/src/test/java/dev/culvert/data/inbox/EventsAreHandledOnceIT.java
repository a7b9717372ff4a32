package dev.culvert.data.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.contracts.event.TunnelEvent.TunnelDeleted;
import dev.culvert.data.outbox.TopicReader;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.testing.TestingStores;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** R9.4: consumers are idempotent; what cannot be handled is parked, what only waits for the database is not. */
@SpringBootTest(
        properties = {
            "culvert.data.inbox.first-back-off=20ms",
            "culvert.data.inbox.max-back-off=100ms",
            "culvert.data.inbox.max-attempts=3",
            "spring.datasource.hikari.connection-timeout=500"
        })
@DirtiesContext // its consumers need not go on while other tests run
class EventsAreHandledOnceIT {
    private static final String SCHEMA = "handled_once";
    // Of its own: on the shared one the events of other tests would be handled here too.
    private static final TestingKafka KAFKA = TestingKafka.start();
    private static final String DEAD_LETTERS = Topics.TUNNELS + ".notes.dlt";
    private static final String COLLECTED_DEAD_LETTERS = Topics.TUNNELS + ".collector.dlt";

    private final UUID tenant = UUID.randomUUID();
    private final UUID tunnel = UUID.randomUUID();

    @Autowired
    KafkaTemplate<String, byte[]> kafka;

    @Autowired
    NoteTaker notes;

    @Autowired
    Spectator spectator;

    @Autowired
    Collector collector;

    @Autowired
    MeterRegistry meters;

    @Autowired
    JdbcTemplate jdbc;

    @Autowired
    PlatformTransactionManager transactions;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, SCHEMA);
        registry.add("culvert.data.schema", () -> SCHEMA);
        registry.add("KAFKA_BOOTSTRAP_SERVERS", KAFKA::bootstrapServers);
    }

    @AfterEach
    void bringTheDatabaseBack() {
        TestingPostgres.shared().execute("ALTER ROLE handled_once_app CONNECTION LIMIT -1");
    }

    @BeforeEach
    void forget() {
        notes.calls.clear();
        spectator.tenants.clear();
        collector.stored.clear();
    }

    @Test
    void handlesARedeliveredEventOnce() {
        UUID id = UUID.randomUUID();
        double before = consumed("duplicate");
        send(id, "home");
        send(id, "home");
        send(UUID.randomUUID(), "last");

        await().until(() -> notes.calls.contains("last"));

        assertThat(notes.calls).containsExactly("home", "last");
        assertThat(consumed("duplicate") - before).isEqualTo(1);
    }

    @Test
    void triesAgainWithoutTheEffectsOfTheFailedTry() {
        send(UUID.randomUUID(), "fails once");

        await().untilAsserted(() -> assertThat(notes.calls).hasSize(2));

        await().untilAsserted(() -> assertThat(noteCount("fails once")).isEqualTo(1));
    }

    @Test
    void parksAPoisonousEventAndGoesOn() {
        UUID id = UUID.randomUUID();
        send(id, "always fails");
        send(UUID.randomUUID(), "next");

        await().until(() -> notes.calls.contains("next"));

        assertThat(notes.calls).containsExactly("always fails", "always fails", "always fails", "next");
        assertThat(noteCount("always fails")).isZero();
        ConsumerRecord<String, byte[]> parked = parked(id);
        assertThat(TopicReader.header(parked, "kafka_dlt-original-topic")).isEqualTo(Topics.TUNNELS);
        assertThat(TopicReader.header(parked, "kafka_dlt-exception-message")).contains("never again");
        assertThat(consumed("dead_lettered")).isPositive();
    }

    @Test
    void parksAnUnreadableEventAtOnce() {
        UUID id = UUID.randomUUID();
        ProducerRecord<String, byte[]> record = record(id, "x");
        kafka.send(copyWithValue(record, "{not json"));

        assertThat(parked(id).value()).asString(StandardCharsets.UTF_8).isEqualTo("{not json");
        assertThat(notes.calls).isEmpty();
    }

    @Test
    void skipsTypesItDoesNotKnowOrWant() {
        ProducerRecord<String, byte[]> unknown = record(UUID.randomUUID(), "unknown");
        unknown.headers().remove(EventHeaders.TYPE).add(EventHeaders.TYPE, bytes("dev.culvert.tunnel.painted"));
        kafka.send(unknown);
        ProducerRecord<String, byte[]> unwanted = record(UUID.randomUUID(), "unwanted");
        unwanted.headers()
                .remove(EventHeaders.TYPE)
                .add(EventHeaders.TYPE, bytes(EventType.TUNNEL_DELETED.cloudEventsType()));
        kafka.send(unwanted);
        send(UUID.randomUUID(), "known");

        await().until(() -> notes.calls.contains("known"));

        assertThat(notes.calls).containsExactly("known");
    }

    @Test
    void worksForTheTenantOfTheEventWithItsCorrelationId() {
        send(UUID.randomUUID(), "home");

        await().until(() -> spectator.tenants.contains(tenant.toString()) && notes.calls.contains("home"));

        assertThat(notes.lastCorrelationId).isEqualTo("request-7");
        assertThat(noteCount("home")).as("row-level security let the row in").isEqualTo(1);
    }

    @Test
    void waitsForALostDatabaseLongerThanForAFailingHandler() {
        send(UUID.randomUUID(), "before");
        await().until(() -> notes.calls.contains("before"));
        double failedBefore = consumed("failed");
        TestingPostgres.shared().execute("ALTER ROLE handled_once_app CONNECTION LIMIT 0");
        TestingPostgres.shared()
                .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'handled_once_app'");

        send(UUID.randomUUID(), "meanwhile");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(consumed("failed") - failedBefore).isGreaterThan(5));
        bringTheDatabaseBack();

        await().atMost(Duration.ofSeconds(30)).until(() -> notes.calls.contains("meanwhile"));
        assertThat(noteCount("meanwhile")).isEqualTo(1);
    }

    @Test
    void handlesABatchInOneTransactionAndParksItsCulpritAlone() {
        List<UUID> good = Stream.generate(UUID::randomUUID).limit(20).toList();
        UUID culprit = UUID.randomUUID();
        UUID unreadable = UUID.randomUUID();
        good.subList(0, 10).forEach(id -> kafka.send(deleted(record(id, "gone"))));
        kafka.send(deleted(record(culprit, Collector.REFUSED)));
        kafka.send(copyWithValue(deleted(record(unreadable, "x")), "{not json"));
        good.subList(10, 20).forEach(id -> kafka.send(deleted(record(id, "gone"))));

        await().atMost(Duration.ofSeconds(30)).until(() -> collector.stored.containsAll(good));

        assertThat(collector.stored).containsExactlyInAnyOrderElementsOf(good);
        assertThat(parked(culprit, COLLECTED_DEAD_LETTERS).value())
                .asString(StandardCharsets.UTF_8)
                .contains(Collector.REFUSED);
        assertThat(parked(unreadable, COLLECTED_DEAD_LETTERS).value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{not json");
    }

    private static ProducerRecord<String, byte[]> deleted(ProducerRecord<String, byte[]> record) {
        record.headers()
                .remove(EventHeaders.TYPE)
                .add(EventHeaders.TYPE, bytes(EventType.TUNNEL_DELETED.cloudEventsType()));
        return record;
    }

    private void send(UUID id, String name) {
        kafka.send(record(id, name));
    }

    private ProducerRecord<String, byte[]> record(UUID id, String name) {
        String data = "{\"tunnelId\":\"%s\",\"userId\":\"%s\",\"name\":\"%s\",\"added\":\"later\"}"
                .formatted(tunnel, UUID.randomUUID(), name);
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(Topics.TUNNELS, tunnel.toString(), bytes(data));
        record.headers()
                .add(EventHeaders.ID, bytes(id.toString()))
                .add(EventHeaders.TYPE, bytes(EventType.TUNNEL_CREATED.cloudEventsType()))
                .add(EventHeaders.SOURCE, bytes("/tunnel-service"))
                .add(EventHeaders.SUBJECT, bytes(tunnel.toString()))
                .add(EventHeaders.TIME, bytes(Instant.now().toString()))
                .add(EventHeaders.TENANT_ID, bytes(tenant.toString()))
                .add(EventHeaders.CORRELATION_ID, bytes("request-7"));
        return record;
    }

    private static ProducerRecord<String, byte[]> copyWithValue(ProducerRecord<String, byte[]> record, String value) {
        return new ProducerRecord<>(record.topic(), null, record.key(), bytes(value), record.headers());
    }

    private ConsumerRecord<String, byte[]> parked(UUID id) {
        return parked(id, DEAD_LETTERS);
    }

    private ConsumerRecord<String, byte[]> parked(UUID id, String deadLetters) {
        try (TopicReader topic = new TopicReader(KAFKA.bootstrapServers(), deadLetters)) {
            return await().atMost(Duration.ofSeconds(30))
                    .until(
                            () -> topic.ofKey(tunnel.toString()).stream()
                                    .filter(record -> TopicReader.header(record, EventHeaders.ID)
                                            .equals(id.toString()))
                                    .toList(),
                            found -> !found.isEmpty())
                    .getFirst();
        }
    }

    private double consumed(String outcome) {
        return meters.counter("messages.consumed", "topic", Topics.TUNNELS, "consumer", "notes", "outcome", outcome)
                .count();
    }

    private long noteCount(String text) {
        Long count = TenantScope.call(
                tenant,
                () -> new TransactionTemplate(transactions)
                        .execute(_ ->
                                jdbc.queryForObject("SELECT count(*) FROM note WHERE text = ?", Long.class, text)));
        return count == null ? 0 : count;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Writes a row for each event, and can be told to fail by the event's name. */
    static class NoteTaker implements EventHandler {
        final List<String> calls = new CopyOnWriteArrayList<>();
        volatile String lastCorrelationId = "";
        private final JdbcTemplate jdbc;

        NoteTaker(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public String consumer() {
            return "notes";
        }

        @Override
        public Set<String> topics() {
            return Set.of(Topics.TUNNELS);
        }

        @Override
        public boolean wants(EventType type) {
            return type == EventType.TUNNEL_CREATED;
        }

        @Override
        public void handle(EventEnvelope<?> event) {
            String name = ((TunnelCreated) event.data()).name();
            calls.add(name);
            lastCorrelationId = Correlation.current().orElse("");
            jdbc.update(
                    "INSERT INTO note VALUES (?, ?, ?)",
                    UUID.randomUUID(),
                    event.tenantId().orElseThrow(),
                    name);
            boolean firstTime = calls.stream().filter(name::equals).count() == 1;
            if (name.equals("always fails") || name.equals("fails once") && firstTime) {
                throw new IllegalStateException("never again");
            }
        }
    }

    /** Sees the rows of all tenants. */
    static class Spectator implements EventHandler {
        final Set<String> tenants = ConcurrentHashMap.newKeySet();
        private final JdbcTemplate jdbc;

        Spectator(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public String consumer() {
            return "spectator";
        }

        @Override
        public Set<String> topics() {
            return Set.of(Topics.TUNNELS);
        }

        @Override
        public boolean system() {
            return true;
        }

        @Override
        public void handle(EventEnvelope<?> event) {
            assertThat(jdbc.queryForObject("SELECT current_user", String.class)).isEqualTo("handled_once_system");
            tenants.add(event.tenantId().orElseThrow().toString());
        }
    }

    /** Takes batches, and refuses one event whatever batch it is in. */
    static class Collector implements EventBatchHandler {
        static final String REFUSED = "refused";
        final List<UUID> stored = new CopyOnWriteArrayList<>();

        @Override
        public String consumer() {
            return "collector";
        }

        @Override
        public Set<String> topics() {
            return Set.of(Topics.TUNNELS);
        }

        @Override
        public boolean wants(EventType type) {
            return type == EventType.TUNNEL_DELETED;
        }

        @Override
        public void handle(List<? extends EventEnvelope<?>> events) {
            if (events.stream()
                    .anyMatch(event -> ((TunnelDeleted) event.data()).name().equals(REFUSED))) {
                throw new IllegalStateException("never again");
            }
            events.forEach(event -> stored.add(event.id()));
        }
    }

    @TestConfiguration
    static class Handlers {
        @Bean
        Collector collector() {
            return new Collector();
        }

        @Bean
        NoteTaker noteTaker(JdbcTemplate jdbc) {
            return new NoteTaker(jdbc);
        }

        @Bean
        Spectator spectator(JdbcTemplate jdbc) {
            return new Spectator(jdbc);
        }
    }
}
