package dev.culvert.data.inbox;

import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Makes an envelope of a Kafka record in CloudEvents binary content mode. */
public final class EventReader {
    /** Skips members it does not know: producers may add some. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** The type of the record's event; empty for one that this version does not know. */
    public Optional<EventType> type(ConsumerRecord<String, byte[]> record) {
        return header(record, EventHeaders.TYPE).flatMap(EventType::ofCloudEventsType);
    }

    /**
     * The record's event.
     *
     * @throws UnreadableEventException when it is not what its type promises, now and always
     */
    public EventEnvelope<?> read(EventType type, ConsumerRecord<String, byte[]> record) {
        try {
            DomainEvent data = JSON.readValue(record.value(), type.record());
            return new EventEnvelope<>(
                    UUID.fromString(required(record, EventHeaders.ID)),
                    type,
                    required(record, EventHeaders.SOURCE),
                    required(record, EventHeaders.SUBJECT),
                    OffsetDateTime.parse(required(record, EventHeaders.TIME)).toInstant(),
                    header(record, EventHeaders.TENANT_ID).map(UUID::fromString),
                    header(record, EventHeaders.ACTOR_ID).map(UUID::fromString),
                    header(record, EventHeaders.CORRELATION_ID),
                    header(record, EventHeaders.TRACEPARENT),
                    header(record, EventHeaders.SEQUENCE).map(Long::parseLong).orElse(0L),
                    data);
        } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
            throw new UnreadableEventException("Not a readable " + type.cloudEventsType(), e);
        }
    }

    static Optional<String> header(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? Optional.empty() : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }

    private static String required(ConsumerRecord<String, byte[]> record, String name) {
        return header(record, name).orElseThrow(() -> new IllegalArgumentException("Header is missing: " + name));
    }
}
