package dev.culvert.webhook.delivery;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One event on its way to one webhook. */
record DeliveryResponse(
        @Schema(description = "Sent as X-Delivery-ID") UUID id,
        @Schema(description = "Sent as X-Webhook-ID") UUID webhookId,

        @Schema(description = "Sent as webhook-id, the same on every try")
        UUID eventId,

        @Schema(example = "tunnel.created") String eventType,
        DeliveryStatus status,
        @Schema(description = "Tries so far", example = "2") int attempts,
        @Schema(example = "4") int maxAttempts,

        @Schema(description = "Status of the last answer", example = "500") @Nullable
        Integer statusCode,

        @Schema(description = "Why the last try failed", example = "The receiver answered 500") @Nullable
        String error,

        @Nullable Instant nextAttemptAt,
        Instant createdAt,
        @Nullable Instant deliveredAt) {}
