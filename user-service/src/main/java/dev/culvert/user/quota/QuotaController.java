package dev.culvert.user.quota;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/quotas")
@Tag(name = "quotas", description = "What is left of a month")
class QuotaController {
    private static final double HUNDRED = 100;

    private final QuotaLedger ledger;
    private final Clock clock;

    QuotaController(QuotaLedger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    record QuotaResponse(
            @Schema(example = "api_requests") String resource,

            @Schema(example = "1234", description = "As gateways told it, half a minute ago at most")
            long used,

            @Schema(example = "10000") long limit,
            @Schema(example = "12.3") double percent,
            @Schema(description = "Whether 80 % are used") boolean nearLimit,
            Instant resetsAt) {
        static QuotaResponse of(CountedWindow window) {
            double percent = HUNDRED * window.used() / window.allowed();
            return new QuotaResponse(
                    CountedWindow.RESOURCE,
                    window.used(),
                    window.allowed(),
                    percent,
                    percent >= QuotaStep.NEAR.percent(),
                    window.end());
        }
    }

    record QuotaList(List<QuotaResponse> items) {}

    record QuotaSummary(int quotas, List<String> nearLimit, List<String> exceeded) {}

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping
    @Operation(
            summary = "Own quotas",
            description =
                    "What a plan does not limit is not in the list. After a change of plan, the month of the new one is there from"
                            + " the first call on.")
    QuotaList quotas(Caller caller) {
        return new QuotaList(own(caller));
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/summary")
    @Operation(summary = "Own quotas that are nearly used up", description = "From 80 % on.")
    QuotaSummary quotaSummary(Caller caller) {
        List<QuotaResponse> all = own(caller);
        return new QuotaSummary(
                all.size(),
                all.stream()
                        .filter(QuotaResponse::nearLimit)
                        .map(QuotaResponse::resource)
                        .toList(),
                all.stream()
                        .filter(quota -> quota.used() >= quota.limit())
                        .map(QuotaResponse::resource)
                        .toList());
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/{resource}")
    @Operation(summary = "One of one's own quotas")
    QuotaResponse quota(Caller caller, @PathVariable String resource) {
        return own(caller).stream()
                .filter(quota -> quota.resource().equals(resource))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NOT_FOUND, "Your plan has no such quota, or nothing was counted for it yet."));
    }

    private List<QuotaResponse> own(Caller caller) {
        return ledger
                .ofUser(caller.userId(), clock.instant())
                .filter(window -> window.isOf(caller.tier()))
                .map(QuotaResponse::of)
                .stream()
                .toList();
    }
}
