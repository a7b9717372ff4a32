package dev.culvert.auth.role;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "roles", description = "Who may do what, and who granted it.")
class RoleController {
    private static final String GRANTS = "/api/v1/auth/role-grants";

    private final RoleService roles;

    RoleController(RoleService roles) {
        this.roles = roles;
    }

    /** A role and what it allows: with everybody's resources, and with one's own. */
    record RoleResponse(
            @Schema(example = "support_admin") String name,
            boolean administrator,
            List<String> permissions,
            List<String> ownPermissions) {
        static RoleResponse of(Role role) {
            return new RoleResponse(
                    role.wireName(), role.administrator(), names(role.permissions()), names(role.ownPermissions()));
        }

        private static List<String> names(Set<Permission> permissions) {
            return permissions.stream().sorted().map(Permission::wireName).toList();
        }
    }

    record GrantRoleRequest(
            @NotNull(message = "is required") UUID userId,

            @Schema(example = "support_admin") @NotBlank(message = "is required")
            String role) {}

    record RoleGrantResponse(
            UUID id,
            UUID userId,
            @Schema(example = "support_admin") String role,
            boolean active,
            Optional<UUID> grantedBy,
            Instant grantedAt,
            Optional<UUID> revokedBy,
            Optional<Instant> revokedAt) {
        static RoleGrantResponse of(RoleGrant grant) {
            return new RoleGrantResponse(
                    grant.id(),
                    grant.accountId(),
                    grant.role().wireName(),
                    grant.active(),
                    grant.grantedBy(),
                    grant.grantedAt(),
                    grant.revokedBy(),
                    grant.revokedAt());
        }
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/api/v1/auth/roles")
    @Operation(summary = "Roles and permissions", description = "Every role there is, with the permissions it holds.")
    List<RoleResponse> roles() {
        return Arrays.stream(Role.values()).map(RoleResponse::of).toList();
    }

    @Access(permission = Permission.MANAGE_ROLES)
    @GetMapping(GRANTS)
    @Operation(summary = "Who holds or held which role", description = "Newest first.")
    Page<RoleGrantResponse> list(
            @RequestParam Optional<UUID> userId,
            @RequestParam Optional<String> role,
            @RequestParam Optional<Boolean> active,
            PageRequest page) {
        Page<RoleGrant> found = roles.list(new RoleGrantFilter(userId, role.map(RoleController::role), active), page);
        return Page.of(found.items().stream().map(RoleGrantResponse::of).toList(), found.total(), page);
    }

    @Access(permission = Permission.MANAGE_ROLES, fresh = true)
    @PostMapping(GRANTS)
    @Operation(
            summary = "Grant a role",
            description =
                    "Ends the person's sessions, so that no token without the role is left. 409 ALREADY_EXISTS when"
                            + " the role is held already.")
    @ApiResponse(responseCode = "201", description = "The grant")
    ResponseEntity<RoleGrantResponse> grant(Caller caller, @Valid @RequestBody GrantRoleRequest request) {
        RoleGrant grant = roles.grant(caller, request.userId(), role(request.role()));
        return ResponseEntity.created(URI.create(GRANTS + "/" + grant.id())).body(RoleGrantResponse.of(grant));
    }

    @Access(permission = Permission.MANAGE_ROLES, fresh = true)
    @PostMapping(GRANTS + "/{id}/revoke")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Revoke a role",
            description =
                    "Ends the person's sessions, so that no token with the role is left. 409 CONFLICT_STATE for the"
                            + " last super_admin.")
    void revoke(Caller caller, @PathVariable UUID id) {
        roles.revoke(caller, id);
    }

    @Access(permission = Permission.MANAGE_ROLES, fresh = true)
    @DeleteMapping(GRANTS + "/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Revoke a role", description = "The same as POST /revoke.")
    void delete(Caller caller, @PathVariable UUID id) {
        roles.revoke(caller, id);
    }

    private static Role role(String name) {
        return Arrays.stream(Role.values())
                .filter(role -> role.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> new ProblemException(ProblemCode.VALIDATION_ERROR, "There is no such role.")
                        .withViolations(List.of(new Violation("role", "is no role"))));
    }
}
