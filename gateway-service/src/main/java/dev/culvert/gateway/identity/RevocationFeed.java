package dev.culvert.gateway.identity;

import dev.culvert.contracts.event.AuthEvent.ApiKeyRevoked;
import dev.culvert.contracts.event.AuthEvent.ApiKeyRotated;
import dev.culvert.contracts.event.AuthEvent.ApiKeyUpdated;
import dev.culvert.contracts.event.AuthEvent.SessionEnded;
import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * Hears of revocations on {@link Topics#AUTH}. Every instance reads all partitions for itself, from now on, and commits
 * nothing: there is no work to share and, with empty caches at start, nothing to catch up with. Kafka may be down: what was
 * missed is read when it is back, and {@link #live()} tells meanwhile that the news is old.
 */
@Component
public class RevocationFeed implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(RevocationFeed.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final long PROBE_NANOS = Duration.ofSeconds(3).toNanos();
    private static final long LIVE_NANOS = Duration.ofSeconds(8).toNanos();

    private final IdentityProperties properties;
    private final Revocations revocations;
    private final VerifiedCredentials verified;
    private final JsonMapper json;
    private volatile boolean running;
    private volatile Optional<KafkaConsumer<byte[], byte[]>> open = Optional.empty();
    private final Semaphore stopping = new Semaphore(0);
    private String warnedOf = ""; // the reader's own
    private volatile long heardNanos = System.nanoTime() - LIVE_NANOS;

    RevocationFeed(
            IdentityProperties properties, Revocations revocations, VerifiedCredentials verified, JsonMapper json) {
        this.properties = properties;
        this.revocations = revocations;
        this.verified = verified;
        this.json = json;
    }

    /** Whether the broker was heard lately, so that a revocation would be known. */
    public boolean live() {
        return System.nanoTime() - heardNanos < LIVE_NANOS;
    }

    @Override
    public void start() {
        running = true;
        Thread _ = Thread.ofPlatform().daemon().name("revocation-feed").start(this::readForever);
    }

    @Override
    public void stop() {
        running = false;
        stopping.release();
        open.ifPresent(KafkaConsumer::wakeup);
    }

    @Override
    public boolean isRunning() {
        return running;
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
        }
    }

    private void warnOnce(KafkaException failure) {
        String reason = failure.toString();
        if (!reason.equals(warnedOf)) {
            warnedOf = reason;
            log.atWarn()
                    .addKeyValue("reason", reason)
                    .log("Revocations cannot be heard, cached API keys are checked more often");
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = partitions(consumer);
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(partition -> consumer.position(partition, BROKER_TIMEOUT));
        verified.clear(); // revocations before this position went unheard
        log.info("Hearing of revocations");
        warnedOf = "";
        long probed = System.nanoTime();
        heardNanos = probed;
        while (running) {
            consumer.poll(POLL).forEach(this::apply);
            if (System.nanoTime() - probed > PROBE_NANOS) {
                consumer.endOffsets(partitions, BROKER_TIMEOUT); // fails when the broker is away, poll does not
                probed = System.nanoTime();
                heardNanos = probed;
            }
        }
    }

    /** The topic is made by the first event there is; before that there is nothing to hear, which is not a failure. */
    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> found = List.of();
        while (found.isEmpty() && running) {
            found = consumer.partitionsFor(Topics.AUTH, BROKER_TIMEOUT).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            heardNanos = System.nanoTime();
            if (found.isEmpty()) {
                pause();
            }
        }
        return found;
    }

    private void apply(ConsumerRecord<byte[], byte[]> event) {
        Header type = event.headers().lastHeader(EventHeaders.TYPE);
        if (type == null) {
            return;
        }
        EventType.ofCloudEventsType(new String(type.value(), StandardCharsets.UTF_8))
                .ifPresent(known -> {
                    try {
                        apply(known, event.value());
                    } catch (JacksonException e) {
                        log.atError()
                                .addKeyValue("topic", event.topic())
                                .addKeyValue("offset", event.offset())
                                .log("A revocation cannot be read, all cached credentials are dropped");
                        verified.clear();
                    }
                });
    }

    private void apply(EventType type, byte[] data) {
        if (type == EventType.API_KEY_REVOKED) {
            revocations.revokeKey(json.readValue(data, ApiKeyRevoked.class).apiKeyId());
        } else if (type == EventType.API_KEY_UPDATED) {
            ApiKeyUpdated updated = json.readValue(data, ApiKeyUpdated.class);
            revocations.changeKey(updated.apiKeyId(), updated.version());
        } else if (type == EventType.API_KEY_ROTATED) {
            ApiKeyRotated rotated = json.readValue(data, ApiKeyRotated.class);
            revocations.changeKey(rotated.apiKeyId(), rotated.version());
        } else if (type == EventType.SESSION_ENDED) {
            revocations.endSession(json.readValue(data, SessionEnded.class).sessionId());
        }
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
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                500,
                ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                1000,
                ConsumerConfig.CLIENT_ID_CONFIG,
                "gateway-revocations");
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
