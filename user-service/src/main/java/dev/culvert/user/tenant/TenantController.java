package dev.culvert.user.tenant;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "users")
class TenantController {
    private final TenantRepository tenants;

    TenantController(TenantRepository tenants) {
        this.tenants = tenants;
    }

    record TenantResponse(
            UUID id,
            @Schema(example = "ada") String name,
            @Schema(example = "true") boolean personal,
            UUID ownerId,
            Instant createdAt) {}

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/api/v1/users/tenant")
    @Operation(summary = "Own tenant", description = "The tenant everything of the caller belongs to.")
    TenantResponse tenant(Caller caller) {
        return tenants.findById(caller.tenantId())
                .map(tenant -> new TenantResponse(
                        tenant.id(), tenant.name(), tenant.personal(), tenant.ownerId(), tenant.createdAt()))
                .orElseThrow(() -> new ProblemException(
                                ProblemCode.SERVICE_UNAVAILABLE,
                                "The tenant of this new account is still being set up.")
                        .withRetryAfter(Duration.ofSeconds(1)));
    }
}
