package dev.culvert.admin.limit;

import io.swagger.v3.oas.annotations.media.Schema;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;

/** By what the budgets of a tenant and its API keys are multiplied, instead of the number of its plan. */
public record TenantLimit(
        UUID tenantId, @Schema(example = "2.5") BigDecimal multiplier, UUID updatedBy, Instant updatedAt) {}
