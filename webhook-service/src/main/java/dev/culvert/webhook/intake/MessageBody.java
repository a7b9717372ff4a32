package dev.culvert.webhook.intake;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventEnvelope;
import java.time.Instant;
import java.util.UUID;

/**
 * What a receiver reads (Standard Webhooks 1.0, "Payload structure").
 *
 * @param id identity of the event, equal to the {@code webhook-id} header
 * @param type short name of the event, e.g. {@code tunnel.created}
 * @param timestamp when it happened
 * @param data the event, by its JSON Schema
 */
@JsonPropertyOrder({"id", "type", "timestamp", "data"})
record MessageBody(UUID id, String type, Instant timestamp, DomainEvent data) {
    static MessageBody of(EventEnvelope<?> event) {
        return new MessageBody(event.id(), event.type().shortName(), event.time(), event.data());
    }
}
