package dev.culvert.contracts.event;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * Something that happened, as published on a topic. Producers name the fact, never what others should do. Members change
 * only compatibly: new ones may be added, none removed or retyped (requirement R10.10b).
 */
public sealed interface DomainEvent
        permits AuthEvent, UserEvent, QuotaEvent, TunnelEvent, ProxyEvent, WebhookEvent, UsageEvent, SecurityEvent {
    /** Id of the resource the event is about: the Kafka key and the CloudEvents {@code subject}; keeps events in order. */
    @JsonIgnore
    String subject();
}
