package dev.culvert.tunnel.share;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** Whom to give a tunnel to. */
record CreateTransferRequest(
        @Schema(description = "Id, user name or mail address of a person.", example = "ada")
        @NotNull
        @Size(min = 1, max = 320)
        String user) {}
