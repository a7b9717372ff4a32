package dev.culvert.data.topic;

import dev.culvert.contracts.event.Topics;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates topics that do not exist; never changes one that does, for more partitions would break the order of keys. */
public final class EventTopics {
    private final Map<String, Object> adminSettings;
    private final int partitions;

    EventTopics(Map<String, Object> adminSettings, int partitions) {
        this.adminSettings = Map.copyOf(adminSettings);
        this.partitions = partitions;
    }

    /**
     * Creates the suite's topics and the given dead-letter topics.
     *
     * @throws KafkaException while Kafka cannot be reached
     */
    public void create(Collection<String> deadLetterTopics) throws InterruptedException {
        List<NewTopic> wanted = Stream.concat(
                        Topics.ALL.stream().map(name -> topic(name, partitions)),
                        deadLetterTopics.stream().map(name -> topic(name, 1)))
                .toList();
        try (Admin admin = Admin.create(adminSettings)) {
            for (KafkaFuture<Void> created : admin.createTopics(wanted).values().values()) {
                await(created);
            }
        }
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(name, Optional.of(partitions), Optional.empty());
    }

    private static void await(KafkaFuture<Void> created) throws InterruptedException {
        try {
            created.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("Topics cannot be created", e.getCause());
            }
        }
    }
}
