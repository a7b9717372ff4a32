package dev.culvert.tunnel.endpoint;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an endpoint becomes; what is left out takes its default. Its name and health stay. */
record UpdateEndpointRequest(
        @Schema(example = "http://127.0.0.1:11434") @Size(max = 300) @Nullable
        String url,

        @Schema(example = "200") @Min(0) @Max(1000) @Nullable
        Integer priority,

        @Schema(example = "3") @Min(1) @Max(1000) @Nullable Integer weight,

        @Schema(example = "/health") @Pattern(regexp = PATH, message = PATH_RULE) @Nullable
        String healthCheckPath,

        @Schema(example = "1") @Min(0) @Max(5) @Nullable Integer maxRetries) {
    static final String PATH = "/[\\x21-\\x7e&&[^#]]{0,499}";
    static final String PATH_RULE =
            "must begin with a slash and have at most 500 printable ASCII characters, no blank or #";

    Endpoint changed(Endpoint before) {
        String place = url == null ? before.url() : url;
        return new Described(place, priority, weight, healthCheckPath, maxRetries)
                .endpoint(before.id(), before.name(), before.health());
    }

    /** What of an endpoint can be chosen, with nulls for defaults. */
    record Described(
            @Nullable String url,
            @Nullable Integer priority,
            @Nullable Integer weight,
            @Nullable String healthCheckPath,
            @Nullable Integer maxRetries) {
        Endpoint endpoint(UUID id, String name, Health health) {
            return new Endpoint(
                    id,
                    name,
                    url == null ? "" : url,
                    priority == null ? Endpoint.DEFAULT_PRIORITY : priority,
                    weight == null ? Endpoint.DEFAULT_WEIGHT : weight,
                    Optional.ofNullable(healthCheckPath),
                    maxRetries == null ? Endpoint.DEFAULT_MAX_RETRIES : maxRetries,
                    health);
        }
    }
}
