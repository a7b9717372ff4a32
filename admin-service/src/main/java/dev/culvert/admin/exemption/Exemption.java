package dev.culvert.admin.exemption;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Calls that the budgets of users, keys and tenants do not bind; limits of single operations still do. */
record Exemption(
        UUID id,
        @Schema(example = "incident 4711") String name,
        ExemptionType type,
        @Schema(example = "[\"GET\"]") List<String> methods,
        @Schema(example = "[\"/api/v1/tunnels/**\"]") List<String> paths,
        @Nullable UUID userId,
        @Schema(example = "500") @Nullable Integer perUserAndHour,
        boolean enabled,
        UUID createdBy,
        Instant createdAt,
        Instant updatedAt) {}
