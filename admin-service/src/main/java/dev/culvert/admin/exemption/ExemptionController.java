package dev.culvert.admin.exemption;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/admin/rate-limit-exemptions")
@Tag(name = "Rate limits")
class ExemptionController {
    private static final String REASON = "an administrator exempts calls from limits";

    private final Exemptions exemptions;

    ExemptionController(Exemptions exemptions) {
        this.exemptions = exemptions;
    }

    record ExemptionList(List<Exemption> items) {}

    @GetMapping
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(summary = "List exemptions from rate limits")
    ExemptionList listExemptions() {
        return new ExemptionList(TenantScope.callAsSystem(REASON, exemptions::all));
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(
            summary = "Exempt calls from rate limits",
            description =
                    "Counts at all gateways within a second. Limits of single operations, e.g. of signing in, stay.")
    Exemption createExemption(@RequestBody CreateExemptionRequest request, Caller caller) {
        return TenantScope.callAsSystem(REASON, () -> exemptions.create(request, caller.userId()));
    }

    @PatchMapping("/{id}/enable")
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(summary = "Let an exemption count again")
    Exemption enableExemption(@PathVariable UUID id, Caller caller) {
        return TenantScope.callAsSystem(REASON, () -> exemptions.enable(id, true, caller.userId()));
    }

    @PatchMapping("/{id}/disable")
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(summary = "Suspend an exemption")
    Exemption disableExemption(@PathVariable UUID id, Caller caller) {
        return TenantScope.callAsSystem(REASON, () -> exemptions.enable(id, false, caller.userId()));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(summary = "Delete an exemption")
    void deleteExemption(@PathVariable UUID id, Caller caller) {
        TenantScope.runAsSystem(REASON, () -> exemptions.delete(id, caller.userId()));
    }

    @PostMapping("/reset/user/{userId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(summary = "Count a user's uses of exemptions from nothing again")
    void resetExemptionUses(@PathVariable UUID userId, Caller caller) {
        TenantScope.runAsSystem(REASON, () -> exemptions.reset(Optional.of(userId), caller.userId()));
    }

    @PostMapping("/reset/all")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Access(permission = Permission.MANAGE_SYSTEM_CONFIG)
    @Operation(summary = "Count everybody's uses of exemptions from nothing again")
    void resetAllExemptionUses(Caller caller) {
        TenantScope.runAsSystem(REASON, () -> exemptions.reset(Optional.empty(), caller.userId()));
    }
}
