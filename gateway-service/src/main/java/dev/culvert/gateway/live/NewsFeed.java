package dev.culvert.gateway.live;

import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.ProxyEvent;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.TunnelEvent;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.gateway.feed.EventFeed;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hears of tunnels and proxies, from now on. While Kafka is away there are no news; services hold them back until it is there
 * again.
 */
@Component
final class NewsFeed implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(NewsFeed.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final String[] TOPICS = {Topics.TUNNELS, Topics.PROXIES};
    private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

    private final NewsDesk desk;
    private final JsonMapper json;
    private final Clock clock;
    private final EventFeed feed;
    /** Offsets to go on from; the reader's own. */
    private final Map<TopicPartition, Long> next = new HashMap<>();

    private volatile int hearing;

    NewsFeed(LiveProperties properties, NewsDesk desk, JsonMapper json, Clock clock) {
        this.desk = desk;
        this.json = json;
        this.clock = clock;
        feed = new EventFeed(
                "live-news", properties.kafkaServers(), "There are no live news while Kafka is away", this::read);
    }

    @Override
    public void start() {
        feed.start();
    }

    @Override
    public void stop() {
        feed.stop();
        desk.close();
    }

    @Override
    public boolean isRunning() {
        return feed.running();
    }

    /** Partitions that are read. */
    int hearing() {
        return hearing;
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer) {
        hearing = 0;
        long looked = System.nanoTime() - LOOK_AGAIN_NANOS;
        while (feed.running()) {
            if (topicsMissing(consumer) && System.nanoTime() - looked >= LOOK_AGAIN_NANOS) {
                looked = System.nanoTime();
                assign(consumer);
            }
            if (hearing == 0) {
                feed.pause();
            } else {
                consumer.poll(POLL).forEach(this::apply);
                feed.heard();
            }
        }
    }

    private static boolean topicsMissing(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.assignment().stream()
                        .map(TopicPartition::topic)
                        .distinct()
                        .count()
                < TOPICS.length;
    }

    /** A topic is made by its first event, so one may appear later; what it holds then is all news. */
    private void assign(KafkaConsumer<byte[], byte[]> consumer) {
        boolean atStart = hearing == 0 && next.isEmpty();
        Set<TopicPartition> known = Set.copyOf(consumer.assignment());
        List<TopicPartition> found = EventFeed.partitions(consumer, TOPICS);
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
        for (TopicPartition partition : fresh) {
            Long read = next.get(partition);
            if (read != null) {
                consumer.seek(partition, read); // Kafka was away: go on where the news stopped
            }
            next.put(partition, consumer.position(partition, EventFeed.BROKER_TIMEOUT));
        }
        hearing = found.size();
    }

    private void apply(ConsumerRecord<byte[], byte[]> event) {
        next.put(new TopicPartition(event.topic(), event.partition()), event.offset() + 1);
        EventFeed.type(event).ifPresent(known -> {
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
                    case TunnelEvent.TunnelFailedOver e -> e.userId();
                    case TunnelEvent.TunnelLinkCreated e -> e.userId();
                    case TunnelEvent.TunnelLinkRevoked e -> e.userId();
                    case TunnelEvent.TunnelVisibilityChanged e -> e.userId();
                    case TunnelEvent.TunnelAccessRequested e -> e.userId();
                    case TunnelEvent.TunnelTransferOffered e -> e.receiverId();
                    case TunnelEvent.TunnelTransferred e -> e.userId();
                    case ProxyEvent.ProxyCreated e -> e.userId();
                    case ProxyEvent.ProxyUpdated e -> e.userId();
                    case ProxyEvent.ProxyDeleted e -> e.userId();
                    case ProxyEvent.ProxyStatusChanged e -> e.userId();
                    default -> null;
                });
    }
}
