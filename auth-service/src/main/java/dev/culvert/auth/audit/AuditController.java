package dev.culvert.auth.audit;

import dev.culvert.auth.audit.AuditFilter.Parameters;
import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageLimit;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Everybody's own records, and all records for administrators (requirement R2.6a). */
@RestController
@Tag(name = "authentication")
class AuditController {
    private static final String REASON = "an administrator reads the records of all tenants";

    private final AuditQueries queries;
    private final TransactionOperations transactions;

    AuditController(AuditQueries queries, TransactionOperations transactions) {
        this.queries = queries;
        this.transactions = transactions;
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/api/v1/auth/audit-logs/me")
    @Operation(
            summary = "My authentication records",
            description = "Newest first. Filters: eventType, severity, startDate, endDate (days or times).")
    Page<AuditRecord> own(Caller caller, @ParameterObject Parameters parameters, @PageLimit(100) PageRequest page) {
        return inTransaction(() -> queries.find(parameters.read().ofAccount(caller.userId()), page));
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/api/v1/auth/audit-logs/failed-attempts")
    @Operation(summary = "Failed sign-ins to my account", description = "Newest first.")
    Page<AuditRecord> ownFailures(
            Caller caller, @ParameterObject Parameters parameters, @PageLimit(100) PageRequest page) {
        AuditFilter filter = parameters.read().ofAccount(caller.userId()).ofType(AuditType.FAILED_LOGIN);
        return inTransaction(() -> queries.find(filter, page));
    }

    @Access(permission = Permission.VIEW_AUDIT_LOGS)
    @GetMapping("/api/v1/admin/auth/audit-logs")
    @Operation(summary = "Authentication records of everybody", description = "Newest first; userId narrows to one.")
    Page<AuditRecord> all(
            @RequestParam(required = false) @Nullable UUID userId,
            @ParameterObject Parameters parameters,
            @PageLimit(value = 500, byDefault = 100) PageRequest page) {
        AuditFilter filter = parameters.read().ofAccount(userId);
        return asSystem(() -> queries.find(filter, page));
    }

    @Access(permission = Permission.VIEW_AUDIT_LOGS)
    @GetMapping("/api/v1/admin/auth/failed-attempts")
    @Operation(
            summary = "Failed sign-ins of everybody",
            description = "Newest first, with the names that were tried, whether or not somebody has them.")
    Page<AuditRecord> allFailures(
            @RequestParam(required = false) @Nullable UUID userId,
            @ParameterObject Parameters parameters,
            @PageLimit(value = 500, byDefault = 100) PageRequest page) {
        AuditFilter filter = parameters.read().ofAccount(userId).ofType(AuditType.FAILED_LOGIN);
        return asSystem(() -> queries.find(filter, page));
    }

    @Access(permission = Permission.VIEW_AUDIT_LOGS)
    @GetMapping("/api/v1/admin/auth/summary")
    @Operation(
            summary = "How much happened",
            description = "Numbers by type and by severity, and how many users they are about.")
    AuditQueries.Counts summary(@ParameterObject Parameters parameters) {
        AuditFilter filter = parameters.read();
        return asSystem(() -> queries.count(filter));
    }

    private <T> T asSystem(Supplier<T> query) {
        return TenantScope.callAsSystem(REASON, () -> inTransaction(query));
    }

    private <T> T inTransaction(Supplier<T> query) {
        return transactions.execute(_ -> query.get());
    }
}
