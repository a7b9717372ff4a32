package dev.culvert.gateway.live;

import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.ProxyEvent;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.TunnelEvent;
import dev.culvert.contracts.identity.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hears of tunnels and proxies. Every instance reads all partitions for itself, from now on, and commits nothing. While Kafka
 * is away there are no news; they come once it is back, in their order.
 */
@Component
final class NewsFeed implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(NewsFeed.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

    private final LiveProperties properties;
    private final NewsDesk desk;
    private final JsonMapper json;
    private final Clock clock;
    private final Semaphore stopping = new Semaphore(0);
    private volatile boolean running;
    private volatile Optional<KafkaConsumer<byte[], byte[]>> open = Optional.empty();
    private volatile int hearing;
    private String warnedOf = ""; // the reader's own

    NewsFeed(LiveProperties properties, NewsDesk desk, JsonMapper json, Clock clock) {
        this.properties = properties;
        this.desk = desk;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public void start() {
        running = true;
        Thread _ = Thread.ofPlatform().daemon().name("live-news").start(this::readForever);
    }

    @Override
    public void stop() {
        running = false;
        stopping.release();
        open.ifPresent(KafkaConsumer::wakeup);
        desk.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Partitions that are read. */
    int hearing() {
        return hearing;
    }

    private void readForever() {
        while (running) {
            try (var consumer =
                    new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                open = Optional.of(consumer);
                read(consumer);
            } catch (WakeupException stopped) {
                return;
            } catch (KafkaException e) {
                warnOnce(e);
                pause();
            }
            hearing = 0;
        }
    }

    private void warnOnce(KafkaException failure) {
        String reason = failure.toString();
        if (!reason.equals(warnedOf)) {
            warnedOf = reason;
            log.atWarn().addKeyValue("reason", reason).log("There are no live news while Kafka is away");
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer) {
        long looked = System.nanoTime() - LOOK_AGAIN_NANOS;
        while (running) {
            if (hearing == 0 || topicsMissing(consumer)) {
                if (System.nanoTime() - looked >= LOOK_AGAIN_NANOS) {
                    looked = System.nanoTime();
                    assign(consumer);
                }
                if (hearing == 0) {
                    pause();
                    continue;
                }
            }
            consumer.poll(POLL).forEach(this::apply);
            warnedOf = "";
        }
    }

    private static boolean topicsMissing(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.assignment().stream()
                        .map(TopicPartition::topic)
                        .distinct()
                        .count()
                < 2;
    }

    /** A topic is made by its first event, so one may appear later; what it holds then is all news. */
    private void assign(KafkaConsumer<byte[], byte[]> consumer) {
        boolean atStart = hearing == 0;
        List<TopicPartition> known = List.copyOf(consumer.assignment());
        List<TopicPartition> found = List.of(Topics.TUNNELS, Topics.PROXIES).stream()
                .flatMap(topic -> consumer.partitionsFor(topic, BROKER_TIMEOUT).stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        List<TopicPartition> fresh =
                found.stream().filter(partition -> !known.contains(partition)).toList();
        if (fresh.isEmpty()) {
            return;
        }
        consumer.assign(found);
        if (atStart) {
            consumer.seekToEnd(fresh);
        } else {
            consumer.seekToBeginning(fresh);
        }
        fresh.forEach(partition -> consumer.position(partition, BROKER_TIMEOUT));
        hearing = found.size();
    }

    private void apply(ConsumerRecord<byte[], byte[]> event) {
        Header type = event.headers().lastHeader(EventHeaders.TYPE);
        if (type == null) {
            return;
        }
        EventType.ofCloudEventsType(new String(type.value(), StandardCharsets.UTF_8))
                .ifPresent(known -> {
                    try {
                        DomainEvent data = json.readValue(event.value(), known.record());
                        owner(data).ifPresent(user -> desk.publish(news(event, known, data, user)));
                    } catch (JacksonException e) {
                        log.atError()
                                .addKeyValue("topic", event.topic())
                                .addKeyValue("offset", event.offset())
                                .log("An event cannot be read and is no news");
                    }
                });
    }

    private News news(ConsumerRecord<byte[], byte[]> event, EventType type, DomainEvent data, UUID user) {
        return new News(
                (data instanceof TunnelEvent ? "t" : "p") + event.partition() + "-" + event.offset(),
                type.shortName(),
                data instanceof TunnelEvent ? Scope.TUNNELS_READ : Scope.PROXIES_READ,
                user,
                new String(event.value(), StandardCharsets.UTF_8),
                clock.millis());
    }

    private static Optional<UUID> owner(DomainEvent event) {
        return Optional.ofNullable(
                switch (event) {
                    case TunnelEvent.TunnelCreated e -> e.userId();
                    case TunnelEvent.TunnelUpdated e -> e.userId();
                    case TunnelEvent.TunnelDeleted e -> e.userId();
                    case TunnelEvent.TunnelStatusChanged e -> e.userId();
                    case ProxyEvent.ProxyCreated e -> e.userId();
                    case ProxyEvent.ProxyUpdated e -> e.userId();
                    case ProxyEvent.ProxyDeleted e -> e.userId();
                    case ProxyEvent.ProxyStatusChanged e -> e.userId();
                    default -> null;
                });
    }

    private Map<String, Object> settings() {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                properties.kafkaServers(),
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "latest",
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                1000,
                ConsumerConfig.CLIENT_ID_CONFIG,
                "gateway-live");
    }

    /** Waits before the next try, or until the end. */
    private void pause() {
        try {
            if (stopping.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                running = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }
}
