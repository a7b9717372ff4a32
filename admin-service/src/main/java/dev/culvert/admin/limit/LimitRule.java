package dev.culvert.admin.limit;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A limit of one operation; it replaces the one of the same name in the gateways' configuration. */
public record LimitRule(
        UUID id,
        @Schema(example = "reports") String name,
        @Schema(example = "[\"POST\"]") List<String> methods,
        @Schema(example = "[\"/api/v1/proxies/*/calls\"]") List<String> paths,
        LimitSubject by,
        @Schema(example = "10") int calls,
        @Schema(example = "60") int withinSeconds,
        UUID createdBy,
        Instant createdAt,
        Instant updatedAt) {}
