package dev.culvert.admin.limit;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/admin/tenant-limits")
@Tag(name = "Rate limits")
class TenantLimitController {
    private static final String REASON = "an administrator sets the limits of a tenant";
    private static final BigDecimal LEAST = new BigDecimal("0.01");
    private static final BigDecimal MOST = BigDecimal.valueOf(10_000);
    private static final int DECIMALS = 2;

    private final LimitBook book;

    TenantLimitController(LimitBook book) {
        this.book = book;
    }

    record TenantLimitRequest(
            @Schema(description = "0.01 to 10000", example = "2.5", requiredMode = Schema.RequiredMode.REQUIRED)
            @Nullable
            BigDecimal multiplier) {}

    record TenantLimitList(List<TenantLimit> items) {}

    @GetMapping
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(summary = "List tenants with limits of their own")
    TenantLimitList listTenantLimits() {
        return new TenantLimitList(TenantScope.callAsSystem(REASON, book::tenants));
    }

    @PutMapping("/{tenantId}")
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(
            summary = "Set by what a tenant's budgets are multiplied",
            description =
                    "Instead of the number of its plan; for the tenant and its API keys, at all gateways within a second.")
    TenantLimit setTenantLimit(@PathVariable UUID tenantId, @RequestBody TenantLimitRequest request, Caller caller) {
        BigDecimal multiplier = request.multiplier();
        if (multiplier == null
                || multiplier.compareTo(LEAST) < 0
                || multiplier.compareTo(MOST) > 0
                || multiplier.stripTrailingZeros().scale() > DECIMALS) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The multiplier is not valid.")
                    .withViolations(
                            List.of(new Violation("multiplier", "must be 0.01 to 10000, with two decimals at most")));
        }
        return TenantScope.callAsSystem(REASON, () -> book.set(tenantId, multiplier, caller.userId()));
    }

    @DeleteMapping("/{tenantId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(summary = "Give a tenant the limits of its plan again")
    void clearTenantLimit(@PathVariable UUID tenantId, Caller caller) {
        TenantScope.runAsSystem(REASON, () -> book.clear(tenantId, caller.userId()));
    }
}
