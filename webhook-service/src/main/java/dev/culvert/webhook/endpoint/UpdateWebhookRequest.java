package dev.culvert.webhook.endpoint;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes to a webhook; a member that is left out stays as it is. */
record UpdateWebhookRequest(
        @Schema(example = "https://ops.example.com/hook") @Size(min = 1, max = 2048) @Nullable
        String url,

        @Schema(example = "[\"tunnel.*\"]") @Size(min = 1, max = 100) @Nullable
        List<@NotNull String> events,

        @Schema(example = "Pages the day shift") @Size(max = 500) @Nullable
        String description,

        @Schema(description = "active or paused", example = "paused") @Nullable
        EndpointStatus status,

        @Schema(example = "extended") @Nullable RetryPolicy retryPolicy) {}
