package dev.culvert.data.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingStores;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** R7.6, NF3.2: without Kafka a service starts and works; its events wait and leave, in order, when Kafka is back. */
@SpringBootTest(properties = "spring.kafka.producer.properties.max.block.ms=1000")
class KafkaIsLostIT {
    private static final String SCHEMA = "kafka_lost";
    private static final TestingKafka KAFKA = TestingKafka.create();

    private final UUID tenant = UUID.randomUUID();
    private final UUID tunnel = UUID.randomUUID();

    @Autowired
    Outbox outbox;

    @Autowired
    OutboxMetrics metrics;

    @Autowired
    PlatformTransactionManager transactions;

    @Autowired
    MeterRegistry meters;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, SCHEMA);
        registry.add("culvert.data.schema", () -> SCHEMA);
        registry.add("KAFKA_BOOTSTRAP_SERVERS", KAFKA::bootstrapServers);
    }

    @AfterAll
    static void stop() {
        KAFKA.close();
    }

    @Test
    void eventsWaitUntilKafkaIsThereAndWhileItIsAway() {
        metrics.refresh();
        double before = meters.get("culvert.outbox.pending.events").gauge().value();
        append(10);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            metrics.refresh();
            assertThat(meters.get("culvert.outbox.failures").counter().count()).isPositive();
            assertThat(meters.get("culvert.outbox.pending.events").gauge().value())
                    .isEqualTo(before + 10);
            assertThat(meters.get("culvert.outbox.oldest.age").gauge().value()).isPositive();
        });

        KAFKA.restart();
        awaitEmptyOutbox();
        KAFKA.stop();
        append(10);
        KAFKA.restart();
        append(10);
        awaitEmptyOutbox();

        assertThat(sequences()).hasSize(30).isSorted();
    }

    private void append(int count) {
        for (int i = 0; i < count; i++) {
            new TransactionTemplate(transactions)
                    .executeWithoutResult(_ -> outbox.append(tenant, new TunnelCreated(tunnel, tenant, "home")));
        }
    }

    private void awaitEmptyOutbox() {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            metrics.refresh();
            assertThat(meters.get("culvert.outbox.pending.events").gauge().value())
                    .isZero();
        });
    }

    private List<Long> sequences() {
        try (TopicReader topic = new TopicReader(KAFKA.bootstrapServers(), Topics.TUNNELS)) {
            return await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> topic.ofKey(tunnel.toString()), records -> records.size() >= 30)
                    .stream()
                    .map(record -> Long.parseLong(TopicReader.header(record, EventHeaders.SEQUENCE)))
                    .distinct()
                    .toList();
        }
    }
}
