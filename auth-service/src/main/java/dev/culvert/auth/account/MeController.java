package dev.culvert.auth.account;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class MeController {
    private final Accounts accounts;
    private final TransactionOperations transactions;

    MeController(Accounts accounts, TransactionOperations transactions) {
        this.accounts = accounts;
        this.transactions = transactions;
    }

    record MeResponse(
            UUID userId,
            UUID tenantId,
            @Schema(example = "ada") String username,
            @Schema(example = "ada@example.org") String email,
            boolean emailVerified,
            @Schema(example = "free") String tier,
            @Schema(example = "[\"user\"]") List<String> roles,
            List<String> permissions,
            List<String> scopes,
            Instant createdAt) {}

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/api/v1/auth/me")
    @Operation(summary = "Who am I", description = "The account behind the token, and what the token allows.")
    MeResponse me(Caller caller) {
        Account account = transactions
                .execute(_ -> accounts.find(caller.userId()))
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.AUTH_TOKEN_INVALID, "The account of this token does not exist any more."));
        return new MeResponse(
                account.id(),
                account.tenantId(),
                account.username(),
                account.email(),
                account.emailVerified(),
                account.tier().wireName(),
                account.roles().stream().map(Role::wireName).sorted().toList(),
                List.of(Permission.values()).stream()
                        .filter(caller::has)
                        .map(permission -> permission.name().toLowerCase(Locale.ROOT))
                        .toList(),
                caller.scopes().stream().sorted().toList(),
                account.createdAt());
    }
}
