package dev.culvert.data.outbox;

import dev.culvert.contracts.event.EventHeaders;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** One event as stored; becomes a CloudEvent in Kafka's binary content mode. */
record OutboxRow(
        long position,
        UUID eventId,
        String type,
        String topic,
        String subject,
        Instant occurredAt,
        @Nullable UUID tenantId,
        @Nullable UUID actorId,
        @Nullable String correlationId,
        @Nullable String traceparent,
        String data) {

    /** The header that tracing libraries read; CloudEvents has the same value in an attribute. */
    private static final String W3C_TRACEPARENT = "traceparent";

    static OutboxRow read(ResultSet row) throws SQLException {
        return new OutboxRow(
                row.getLong("position"),
                row.getObject("event_id", UUID.class),
                row.getString("type"),
                row.getString("topic"),
                row.getString("subject"),
                row.getObject("occurred_at", OffsetDateTime.class).toInstant(),
                row.getObject("tenant_id", UUID.class),
                row.getObject("actor_id", UUID.class),
                row.getString("correlation_id"),
                row.getString("traceparent"),
                row.getString("data"));
    }

    ProducerRecord<String, byte[]> toRecord(String source) {
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(topic, subject, data.getBytes(StandardCharsets.UTF_8));
        Headers headers = record.headers();
        add(headers, EventHeaders.SPEC_VERSION, EventHeaders.SPEC_VERSION_1_0);
        add(headers, EventHeaders.ID, eventId);
        add(headers, EventHeaders.TYPE, type);
        add(headers, EventHeaders.SOURCE, source);
        add(headers, EventHeaders.SUBJECT, subject);
        add(headers, EventHeaders.TIME, occurredAt);
        add(headers, EventHeaders.TENANT_ID, tenantId);
        add(headers, EventHeaders.ACTOR_ID, actorId);
        add(headers, EventHeaders.CORRELATION_ID, correlationId);
        add(headers, EventHeaders.SEQUENCE, position);
        add(headers, EventHeaders.TRACEPARENT, traceparent);
        add(headers, W3C_TRACEPARENT, traceparent);
        add(headers, EventHeaders.CONTENT_TYPE, EventHeaders.JSON);
        return record;
    }

    private static void add(Headers headers, String name, @Nullable Object value) {
        if (value != null) {
            headers.add(name, value.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
