package dev.culvert.admin.audit;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/admin/audit-logs")
@Tag(name = "Audit", description = "Who did what, in all tenants")
class AuditController {
    private final AuditLog log;

    AuditController(AuditLog log) {
        this.log = log;
    }

    @GetMapping
    @Access(permission = Permission.VIEW_AUDIT_LOGS)
    @Operation(summary = "Find audit rows, newest first")
    Page<AuditEntryResponse> findAuditRows(
            @Parameter(description = "Event name or family", example = "tunnel.*") @RequestParam Optional<String> type,
            @Parameter(description = "Who acted or was acted upon") @RequestParam Optional<UUID> userId,
            @RequestParam Optional<UUID> tenantId,
            @RequestParam Optional<String> correlationId,
            @Parameter(description = "Earliest time, inclusive", example = "2026-11-22T00:00:00Z") @RequestParam
                    Optional<Instant> from,
            @Parameter(description = "Latest time, exclusive", example = "2026-11-23T00:00:00Z") @RequestParam
                    Optional<Instant> to,
            PageRequest page) {
        AuditFilter filter = new AuditFilter(type, userId, tenantId, correlationId, from, to);
        return TenantScope.callAsSystem("an administrator reads the audit log", () -> log.find(filter, page));
    }
}
