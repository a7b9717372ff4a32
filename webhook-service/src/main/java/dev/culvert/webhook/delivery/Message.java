package dev.culvert.webhook.delivery;

import java.time.Instant;
import java.util.UUID;

/**
 * What is sent: the same text to every endpoint that wants the event.
 *
 * @param id identity of the event; receivers see it as {@code webhook-id}
 * @param type short name of the event
 * @param body JSON text that is stored, signed and sent as it is, never rendered again
 * @param occurredAt when the event happened
 */
public record Message(UUID id, UUID tenantId, String type, String body, Instant occurredAt) {}
