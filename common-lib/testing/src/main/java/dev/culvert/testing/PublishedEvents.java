package dev.culvert.testing;

import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads from the shared Kafka what was published about one resource. */
public final class PublishedEvents {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private PublishedEvents() {}

    /**
     * An event as published.
     *
     * @param type its CloudEvents type
     */
    public record Published(String type, String tenantId, JsonNode data) {}

    /** All events of a subject on the topic of a type, up to the batch that has the first of that type. */
    public static List<Published> until(EventType type, UUID subject) {
        List<Published> found = new ArrayList<>();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", TestingKafka.shared().bootstrapServers(), "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(type.topic()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Predicate<Published> last = event -> event.type().equals(type.cloudEventsType());
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() < deadline && found.stream().noneMatch(last)) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key().equals(subject.toString())) {
                        found.add(published(record));
                    }
                }
            }
            if (found.stream().noneMatch(last)) {
                throw new AssertionError("No " + type + " among " + found);
            }
            return found;
        }
    }

    /** The first event of a type about a subject. */
    public static Published first(EventType type, UUID subject) {
        return until(type, subject).stream()
                .filter(event -> event.type().equals(type.cloudEventsType()))
                .findFirst()
                .orElseThrow();
    }

    private static Published published(ConsumerRecord<String, String> record) {
        return new Published(
                header(record, EventHeaders.TYPE),
                header(record, EventHeaders.TENANT_ID),
                JsonMapper.shared().readTree(record.value()));
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
