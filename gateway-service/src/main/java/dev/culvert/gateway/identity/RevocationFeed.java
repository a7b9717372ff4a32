package dev.culvert.gateway.identity;

import dev.culvert.contracts.event.AuthEvent.ApiKeyRevoked;
import dev.culvert.contracts.event.AuthEvent.ApiKeyRotated;
import dev.culvert.contracts.event.AuthEvent.ApiKeyUpdated;
import dev.culvert.contracts.event.AuthEvent.SessionEnded;
import dev.culvert.contracts.event.AuthEvent.TierChanged;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.gateway.feed.EventFeed;
import dev.culvert.gateway.ratelimit.TierChanges;
import java.time.Duration;
import java.util.List;
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
 * Hears of revocations and of plans that change on {@link Topics#AUTH}, from now on: with empty caches at start there is nothing to catch up with.
 * Kafka may be down: what was missed is read when it is back, or everything verified is forgotten, and {@link #live()} tells
 * meanwhile that the news is old.
 */
@Component
public class RevocationFeed implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(RevocationFeed.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long PROBE_NANOS = Duration.ofSeconds(3).toNanos();
    private static final long LIVE_NANOS = Duration.ofSeconds(8).toNanos();

    private final Revocations revocations;
    private final VerifiedCredentials verified;
    private final TierChanges tiers;
    private final JsonMapper json;
    private final EventFeed feed;
    private volatile long heardNanos = System.nanoTime() - LIVE_NANOS;

    RevocationFeed(
            IdentityProperties properties,
            Revocations revocations,
            VerifiedCredentials verified,
            TierChanges tiers,
            JsonMapper json) {
        this.revocations = revocations;
        this.verified = verified;
        this.tiers = tiers;
        this.json = json;
        feed = new EventFeed(
                "revocations",
                properties.kafkaServers(),
                "Revocations cannot be heard, cached API keys are checked more often",
                this::read);
    }

    /** Whether the broker was heard lately, so that a revocation would be known. */
    public boolean live() {
        return System.nanoTime() - heardNanos < LIVE_NANOS;
    }

    @Override
    public void start() {
        feed.start();
    }

    @Override
    public void stop() {
        feed.stop();
    }

    @Override
    public boolean isRunning() {
        return feed.running();
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = partitions(consumer);
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(partition -> consumer.position(partition, EventFeed.BROKER_TIMEOUT));
        verified.clear(); // revocations before this position went unheard
        log.info("Hearing of revocations");
        feed.heard();
        long probed = System.nanoTime();
        heardNanos = probed;
        while (feed.running()) {
            consumer.poll(POLL).forEach(this::apply);
            if (System.nanoTime() - probed > PROBE_NANOS) {
                consumer.endOffsets(
                        partitions, EventFeed.BROKER_TIMEOUT); // fails when the broker is away, poll does not
                probed = System.nanoTime();
                heardNanos = probed;
            }
        }
    }

    /** The topic is made by the first event there is; before that there is nothing to hear, which is not a failure. */
    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> found = List.of();
        while (found.isEmpty() && feed.running()) {
            found = EventFeed.partitions(consumer, Topics.AUTH);
            heardNanos = System.nanoTime();
            if (found.isEmpty()) {
                feed.pause();
            }
        }
        return found;
    }

    private void apply(ConsumerRecord<byte[], byte[]> event) {
        EventFeed.type(event).ifPresent(known -> {
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
        } else if (type == EventType.TIER_CHANGED) {
            TierChanged changed = json.readValue(data, TierChanged.class);
            tiers.change(changed.userId(), Tier.ofWireName(changed.tier()));
        }
    }
}
