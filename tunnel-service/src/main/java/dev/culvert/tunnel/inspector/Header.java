package dev.culvert.tunnel.inspector;

import io.swagger.v3.oas.annotations.media.Schema;

/** A header field. */
record Header(
        @Schema(example = "Content-Type") String name,
        @Schema(example = "application/json") String value) {}
