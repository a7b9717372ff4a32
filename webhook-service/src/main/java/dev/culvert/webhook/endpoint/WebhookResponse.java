package dev.culvert.webhook.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.culvert.webhook.signature.SigningSecret;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A webhook as its tenant sees it. */
record WebhookResponse(
        UUID id,
        UUID userId,
        @Schema(example = "https://ops.example.com/hook") String url,
        @Schema(example = "[\"tunnel.*\"]") List<String> events,
        @Schema(example = "Pages the night shift") String description,
        EndpointStatus status,
        RetryPolicy retryPolicy,
        Instant createdAt,
        Instant updatedAt,

        @Schema(description = "Until then the secret before the present one signs, too") @Nullable
        Instant previousSecretUntil,

        @Schema(
                description = "Only in the answers to registration and rotation, never again",
                example = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable
        String secret) {

    static WebhookResponse of(Endpoint endpoint) {
        return of(endpoint, null);
    }

    static WebhookResponse showing(Endpoint endpoint, SigningSecret secret) {
        return of(endpoint, secret.reveal());
    }

    private static WebhookResponse of(Endpoint endpoint, @Nullable String secret) {
        return new WebhookResponse(
                endpoint.id(),
                endpoint.userId(),
                endpoint.url(),
                endpoint.events(),
                endpoint.description(),
                endpoint.status(),
                endpoint.retryPolicy(),
                endpoint.createdAt(),
                endpoint.updatedAt(),
                endpoint.previousSecretUntil().orElse(null),
                secret);
    }
}
