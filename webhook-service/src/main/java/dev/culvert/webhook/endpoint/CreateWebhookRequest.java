package dev.culvert.webhook.endpoint;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A webhook to register. */
record CreateWebhookRequest(
        @Schema(description = "Address that receives a POST per event; https", example = "https://ops.example.com/hook")
        @NotBlank
        @Size(max = 2048)
        String url,

        @Schema(
                description = "Event names, families like tunnel.* or *",
                example = "[\"tunnel.*\", \"proxy.status_changed\"]")
        @NotEmpty
        @Size(max = 100)
        List<@NotNull String> events,

        @Schema(example = "Pages the night shift") @Size(max = 500) @Nullable
        String description,

        @Schema(description = "Schedule of tries", defaultValue = "standard") @Nullable
        RetryPolicy retryPolicy) {
    CreateWebhookRequest {
        events = events == null ? List.of() : List.copyOf(events);
    }
}
