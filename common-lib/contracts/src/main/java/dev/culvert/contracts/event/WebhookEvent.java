package dev.culvert.contracts.event;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events of webhooks and their deliveries, on {@link Topics#WEBHOOKS}. They are not themselves delivered to webhooks. */
public sealed interface WebhookEvent extends DomainEvent {
    /** Key of all events of one webhook. */
    UUID webhookId();

    @Override
    default String subject() {
        return webhookId().toString();
    }

    /** A webhook was registered. */
    record WebhookCreated(UUID webhookId, UUID userId, String url, Set<String> events) implements WebhookEvent {
        public WebhookCreated {
            events = Set.copyOf(events);
        }
    }

    /** A webhook's address, events or state changed. */
    record WebhookUpdated(UUID webhookId, UUID userId, Set<String> changedFields) implements WebhookEvent {
        public WebhookUpdated {
            changedFields = Set.copyOf(changedFields);
        }
    }

    /** A webhook was deleted. */
    record WebhookDeleted(UUID webhookId, UUID userId, String url) implements WebhookEvent {}

    /** A receiver accepted a delivery. */
    record DeliverySucceeded(UUID webhookId, UUID deliveryId, UUID eventId, int attempts) implements WebhookEvent {}

    /** All attempts of a delivery failed: the dead-letter event of requirement X-5. */
    record DeliveryFailed(
            UUID webhookId,
            UUID deliveryId,
            UUID eventId,
            int attempts,
            @Nullable Integer lastStatus,
            String lastError) implements WebhookEvent {}
}
