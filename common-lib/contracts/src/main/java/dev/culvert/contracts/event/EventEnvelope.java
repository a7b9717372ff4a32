package dev.culvert.contracts.event;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * An event with its CloudEvents 1.0 attributes. On Kafka these are headers in binary content mode ({@link
 * EventHeaders}), the data is the JSON value.
 *
 * @param id identity of the event; a consumer that saw it before skips it
 * @param type what happened
 * @param source path of the producing service, e.g. {@code /tunnel-service}
 * @param subject id of the resource, the Kafka key
 * @param time when it happened
 * @param tenantId tenant the resource belongs to, empty for events of the platform itself
 * @param actorId user who caused it, empty when the suite acted by itself
 * @param correlationId id of the request that caused it, empty when none did
 * @param traceparent W3C trace context of the cause
 * @param sequence rises with every event of one producer; gaps are normal
 * @param data the event
 */
public record EventEnvelope<T extends DomainEvent>(
        UUID id,
        EventType type,
        String source,
        String subject,
        Instant time,
        Optional<UUID> tenantId,
        Optional<UUID> actorId,
        Optional<String> correlationId,
        Optional<String> traceparent,
        long sequence,
        T data) {}
