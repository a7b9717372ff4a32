package dev.culvert.tunnel.history;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.LocalDate;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A user's own use of all tunnels (requirements R4.9, P2.5.2). */
@RestController
@Tag(name = "Tunnel usage")
class UsageReportController {
    private final UsageViews views;

    UsageReportController(UsageViews views) {
        this.views = views;
    }

    @GetMapping("/api/v1/users/usage/report")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            operationId = "tunnelUsageReport",
            summary = "What you used of all tunnels",
            description = "Your own tunnels and others', also those that are gone, with the change against the same "
                    + "number of days before. The last 30 days unless asked, at most 366.")
    @ApiResponse(responseCode = "200", description = "The report")
    UserReportResponse report(
            @Parameter(example = "2026-11-01") @RequestParam Optional<LocalDate> from,
            @Parameter(example = "2026-11-22") @RequestParam Optional<LocalDate> to,
            @Parameter(
                            schema =
                                    @Schema(
                                            allowableValues = {"day", "tunnel"},
                                            defaultValue = "day"))
                    @RequestParam(defaultValue = "day")
                    String groupBy,
            Caller caller) {
        return views.report(from, to, Words.groupBy(groupBy), caller);
    }
}
