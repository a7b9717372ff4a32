package dev.culvert.gateway.feed;

import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads topics on a thread of its own. Every instance reads all partitions for itself and commits nothing: there is no work to
 * share and nothing to go on with after a start. While Kafka is away the reader is started anew each second.
 */
public final class EventFeed {
    /** How long a broker may take to answer a question about its topics. */
    public static final Duration BROKER_TIMEOUT = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(EventFeed.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String name;
    private final String kafkaServers;
    private final String withoutKafka;
    private final Reader reader;
    private final Semaphore stopping = new Semaphore(0);
    private volatile boolean running;
    private volatile Optional<KafkaConsumer<byte[], byte[]>> open = Optional.empty();
    private String warnedOf = ""; // the reader's own

    /** What is done with a connection to Kafka. */
    public interface Reader {
        /**
         * Chooses what to read and reads while the feed is {@link EventFeed#running()}.
         *
         * @throws KafkaException when Kafka is away; called again later with another consumer
         */
        void read(KafkaConsumer<byte[], byte[]> consumer);
    }

    /**
     * A feed that does not run yet.
     *
     * @param name of its thread, and of the client at the broker
     * @param withoutKafka what the log says while Kafka is away
     */
    public EventFeed(String name, String kafkaServers, String withoutKafka, Reader reader) {
        this.name = name;
        this.kafkaServers = kafkaServers;
        this.withoutKafka = withoutKafka;
        this.reader = reader;
    }

    /** Begins; does not wait for Kafka. */
    public void start() {
        running = true;
        Thread _ = Thread.ofPlatform().daemon().name(name).start(this::readForever);
    }

    /** Ends the reader soon. */
    public void stop() {
        running = false;
        stopping.release();
        open.ifPresent(KafkaConsumer::wakeup);
    }

    /** Whether it was started and not stopped. */
    public boolean running() {
        return running;
    }

    /** Tells that Kafka is there, so that the log mentions it when it goes the next time. */
    public void heard() {
        warnedOf = "";
    }

    /** Waits a second before the next try, or until the end. */
    public void pause() {
        try {
            if (stopping.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                running = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    /** The partitions of those of the topics that exist; a topic is made by its first event. */
    public static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String... topics) {
        return Stream.of(topics)
                .flatMap(topic -> consumer.partitionsFor(topic, BROKER_TIMEOUT).stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
    }

    /** What an event tells of, if it is known here. */
    public static Optional<EventType> type(ConsumerRecord<byte[], byte[]> event) {
        Header type = event.headers().lastHeader(EventHeaders.TYPE);
        return type == null
                ? Optional.empty()
                : EventType.ofCloudEventsType(new String(type.value(), StandardCharsets.UTF_8));
    }

    private void readForever() {
        while (running) {
            try (var consumer =
                    new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                open = Optional.of(consumer);
                reader.read(consumer);
            } catch (WakeupException stopped) {
                return;
            } catch (KafkaException e) {
                warnOnce(e);
                pause();
            }
        }
    }

    private void warnOnce(KafkaException failure) {
        String reason = failure.toString();
        if (!reason.equals(warnedOf)) {
            warnedOf = reason;
            log.atWarn().addKeyValue("reason", reason).addKeyValue("feed", name).log(withoutKafka);
        }
    }

    private Map<String, Object> settings() {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafkaServers,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "latest",
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                1000,
                ConsumerConfig.CLIENT_ID_CONFIG,
                "gateway-" + name);
    }
}
