package dev.culvert.admin.limit;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/admin/rate-limit-rules")
@Tag(name = "Rate limits")
class LimitRuleController {
    private static final String REASON = "an administrator lays down a limit";

    private final LimitBook book;

    LimitRuleController(LimitBook book) {
        this.book = book;
    }

    record LimitRuleList(List<LimitRule> items) {}

    @GetMapping
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(summary = "List limits of operations that were laid down")
    LimitRuleList listLimitRules() {
        return new LimitRuleList(TenantScope.callAsSystem(REASON, book::rules));
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(
            summary = "Limit an operation",
            description = "Counts at all gateways within a second, beside the budgets of users and tenants.")
    LimitRule createLimitRule(@RequestBody LimitRuleRequest request, Caller caller) {
        return TenantScope.callAsSystem(REASON, () -> book.create(request, caller.userId()));
    }

    @PutMapping("/{id}")
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(summary = "Change a limit of an operation", description = "Counts at all gateways within a second.")
    LimitRule updateLimitRule(@PathVariable UUID id, @RequestBody LimitRuleRequest request, Caller caller) {
        return TenantScope.callAsSystem(REASON, () -> book.update(id, request, caller.userId()));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(summary = "Delete a limit of an operation")
    void deleteLimitRule(@PathVariable UUID id, Caller caller) {
        TenantScope.runAsSystem(REASON, () -> book.delete(id, caller.userId()));
    }
}
