package dev.culvert.tunnel.endpoint;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint a command is about.
 *
 * @param reason of a failure that is reported
 */
record EndpointReference(
        @NotNull UUID endpointId,

        @Schema(example = "out_of_memory") @Size(max = 100) @Nullable
        String reason) {}
