package dev.culvert.data.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.correlation.Correlation;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingStores;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** R9.4, PT12: an event is published if and only if its transaction commits. R10.10b: as a CloudEvent under its subject. */
@SpringBootTest
class EventsLeaveWithTheirTransactionIT {
    private final UUID tenant = UUID.randomUUID();
    private final UUID tunnel = UUID.randomUUID();

    @Autowired
    Outbox outbox;

    @Autowired
    PlatformTransactionManager transactions;

    @Autowired
    JdbcTemplate jdbc;

    @Autowired
    MeterRegistry meters;

    private TopicReader topic;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, "sample");
    }

    @BeforeEach
    void read() {
        topic = new TopicReader(TestingKafka.shared().bootstrapServers(), Topics.TUNNELS);
    }

    @AfterEach
    void close() {
        topic.close();
    }

    @Test
    void publishesACloudEvent() {
        Instant before = Instant.now();
        TunnelCreated event = new TunnelCreated(tunnel, UUID.randomUUID(), "home");

        try (Correlation.Open _ = Correlation.open("request-1")) {
            TenantScope.run(tenant, () -> inTransaction(() -> outbox.append(event)));
        }

        ConsumerRecord<String, byte[]> record = published(1).getFirst();
        assertThat(new String(record.value(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"tunnelId\":\"%s\",\"userId\":\"%s\",\"name\":\"home\"}".formatted(tunnel, event.userId()));
        assertThat(header(record, EventHeaders.SPEC_VERSION)).isEqualTo("1.0");
        assertThat(UUID.fromString(header(record, EventHeaders.ID))).isNotNull();
        assertThat(header(record, EventHeaders.TYPE)).isEqualTo("dev.culvert.tunnel.created");
        assertThat(header(record, EventHeaders.SOURCE)).isEqualTo("/sample-service");
        assertThat(header(record, EventHeaders.SUBJECT)).isEqualTo(tunnel.toString());
        assertThat(header(record, EventHeaders.TENANT_ID)).isEqualTo(tenant.toString());
        assertThat(header(record, EventHeaders.CORRELATION_ID)).isEqualTo("request-1");
        assertThat(Long.parseLong(header(record, EventHeaders.SEQUENCE))).isPositive();
        assertThat(Instant.parse(header(record, EventHeaders.TIME))).isBetween(before.minusMillis(1), Instant.now());
        assertThat(header(record, EventHeaders.CONTENT_TYPE)).isEqualTo("application/json");
    }

    @Test
    void keepsTheOrderOfASubject() {
        for (int i = 0; i < 50; i++) {
            String name = "name-" + i;
            inTransaction(() -> outbox.append(tenant, new TunnelCreated(tunnel, tenant, name)));
        }

        assertThat(published(50))
                .extracting(record -> Long.parseLong(header(record, EventHeaders.SEQUENCE)))
                .isSorted();
    }

    @Test
    void rolledBackEventsNeverLeave() {
        UUID other = UUID.randomUUID();
        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            outbox.append(tenant, new TunnelCreated(other, tenant, "undone"));
            status.setRollbackOnly();
        });
        inTransaction(() -> outbox.append(tenant, new TunnelCreated(tunnel, tenant, "done")));

        published(1);
        assertThat(topic.ofKey(other.toString())).isEmpty();
    }

    @Test
    void sentEventsAreRemovedAndCounted() {
        double before =
                meters.counter("messages.published", "topic", Topics.TUNNELS).count();

        inTransaction(() -> outbox.append(tenant, new TunnelCreated(tunnel, tenant, "home")));

        await().untilAsserted(() -> assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM outbox WHERE subject = ?", Long.class, tunnel.toString()))
                .isZero());
        assertThat(meters.counter("messages.published", "topic", Topics.TUNNELS).count())
                .isGreaterThan(before);
    }

    @Test
    void needsATransactionAndATenant() {
        TunnelCreated event = new TunnelCreated(tunnel, tenant, "home");

        assertThatThrownBy(() -> outbox.append(tenant, event)).hasMessageContaining("transaction");
        assertThatThrownBy(() -> inTransaction(() -> outbox.append(event))).hasMessageContaining("No tenant");
    }

    private List<ConsumerRecord<String, byte[]>> published(int count) {
        return await().atMost(Duration.ofSeconds(30))
                .until(() -> topic.ofKey(tunnel.toString()), records -> records.size() == count);
    }

    private void inTransaction(Runnable work) {
        new TransactionTemplate(transactions).executeWithoutResult(_ -> work.run());
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return TopicReader.header(record, name);
    }
}
