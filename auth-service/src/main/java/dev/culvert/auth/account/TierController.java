package dev.culvert.auth.account;

import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "accounts", description = "What administrators change of an account.")
class TierController {
    private static final String REASON = "an administrator changes the plan of somebody of any tenant";

    private final Accounts accounts;
    private final Outbox outbox;
    private final TransactionOperations transactions;

    TierController(Accounts accounts, Outbox outbox, TransactionOperations transactions) {
        this.accounts = accounts;
        this.outbox = outbox;
        this.transactions = transactions;
    }

    record ChangeTierRequest(
            @Schema(
                    example = "premium",
                    allowableValues = {"free", "premium", "enterprise"})
            @NotBlank(message = "is required")
            String tier) {}

    record TierResponse(
            UUID userId, @Schema(example = "premium") String tier) {}

    @Access(permission = Permission.MANAGE_USER_TIERS)
    @PutMapping("/api/v1/admin/auth/users/{userId}/tier")
    @Operation(
            summary = "Change somebody's plan",
            description = "Limits of the gateways follow within a second; features with the person's next token.")
    TierResponse changeTier(Caller caller, @PathVariable UUID userId, @Valid @RequestBody ChangeTierRequest request) {
        Tier tier = tier(request.tier());
        return TenantScope.callAsSystem(REASON, () -> transactions.execute(_ -> change(userId, tier, caller.userId())));
    }

    private TierResponse change(UUID userId, Tier tier, UUID by) {
        Account account = accounts.find(userId)
                .orElseThrow(() -> new ProblemException(ProblemCode.USER_001, "There is no account with this id."));
        if (accounts.changeTier(userId, tier)) {
            outbox.append(account.tenantId(), new AuthEvent.TierChanged(userId, tier.wireName(), by));
        }
        return new TierResponse(userId, tier.wireName());
    }

    private static Tier tier(String name) {
        return Arrays.stream(Tier.values())
                .filter(tier -> tier.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> new ProblemException(ProblemCode.VALIDATION_ERROR, "There is no such plan.")
                        .withViolations(List.of(new Violation("tier", "must be free, premium or enterprise"))));
    }
}
