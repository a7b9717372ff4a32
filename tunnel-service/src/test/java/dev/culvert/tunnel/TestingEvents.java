package dev.culvert.tunnel;

import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.testing.TestingKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the service published about one subject, read from the real topic. */
public final class TestingEvents {
    private TestingEvents() {}

    /** An event as it was published. */
    public record Published(String type, JsonNode data) {}

    /** All events of a topic about a subject until now, in order. */
    public static List<Published> about(String subject, String topic) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, TestingKafka.shared().bootstrapServers());
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<Published> found = new ArrayList<>();
            while (partitions.stream().anyMatch(it -> consumer.position(it) < ends.get(it))) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    if (subject.equals(record.key())) {
                        found.add(
                                new Published(type(record), JsonMapper.shared().readTree(record.value())));
                    }
                }
            }
            return found;
        }
    }

    private static String type(ConsumerRecord<String, String> record) {
        byte[] value = record.headers().lastHeader(EventHeaders.TYPE).value();
        return new String(value, StandardCharsets.UTF_8).substring(EventType.TYPE_PREFIX.length());
    }
}
