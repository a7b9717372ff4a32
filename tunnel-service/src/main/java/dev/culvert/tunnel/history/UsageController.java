package dev.culvert.tunnel.history;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelAction;
import dev.culvert.tunnel.activity.CommandSource;
import dev.culvert.tunnel.usage.Granularity;
import dev.culvert.tunnel.usage.UsageDay;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Use of tunnels over HTTP (requirements R4.6, R4.9, P2.5.1, P2.5.2), alike in both versions. */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Tunnel usage", description = "What went through tunnels, when, and for whom.")
class UsageController {
    private final UsageViews views;
    private final TunnelAccess access;

    UsageController(UsageViews views, TunnelAccess access) {
        this.views = views;
        this.access = access;
    }

    @GetMapping("/{id}/usage")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "Use of a tunnel by UTC hour, day, week or month",
            description = "The last 30 days unless asked; at most 90 days of hours, 366 of days and two years of weeks "
                    + "and months. Hours are kept for 90 days. What moved appears about a second later.")
    @ApiResponse(responseCode = "200", description = "Periods with any use, in order")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's")
    TunnelUsageResponse usage(
            @PathVariable UUID id,
            @Parameter(example = "2026-11-01") @RequestParam Optional<LocalDate> from,
            @Parameter(example = "2026-11-22") @RequestParam Optional<LocalDate> to,
            @Parameter(
                            schema =
                                    @Schema(
                                            allowableValues = {"hour", "day", "week", "month"},
                                            defaultValue = "day"))
                    @RequestParam(defaultValue = "day")
                    String granularity,
            Caller caller,
            HttpServletRequest request) {
        Granularity by = Words.granularity(granularity);
        return view(id, caller, request, () -> views.usage(id, from, to, by));
    }

    @GetMapping("/{id}/usage/{date}")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Use of a tunnel on one UTC day")
    @ApiResponse(responseCode = "200", description = "The day, all zero when nobody used the tunnel")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's")
    UsageDay day(
            @PathVariable UUID id,
            @Parameter(example = "2026-11-22") @PathVariable LocalDate date,
            Caller caller,
            HttpServletRequest request) {
        return view(id, caller, request, () -> views.day(id, date));
    }

    @GetMapping("/{id}/usage/users")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Who used a tunnel how much", description = "The last 30 days unless asked, at most 366.")
    @ApiResponse(responseCode = "200", description = "Users, most requests first")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's")
    UsersUsageResponse users(
            @PathVariable UUID id,
            @Parameter(example = "2026-11-01") @RequestParam Optional<LocalDate> from,
            @Parameter(example = "2026-11-22") @RequestParam Optional<LocalDate> to,
            Caller caller) {
        return views.users(id, from, to, caller);
    }

    @GetMapping("/{id}/usage/peaks")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "When a tunnel is used most",
            description = "The ten busiest hours, and all days together by hour of the day. The last 30 days unless "
                    + "asked, at most 90.")
    @ApiResponse(responseCode = "200", description = "Peaks; empty when there was no use")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's")
    UsagePeaksResponse peaks(
            @PathVariable UUID id,
            @Parameter(example = "2026-11-01") @RequestParam Optional<LocalDate> from,
            @Parameter(example = "2026-11-22") @RequestParam Optional<LocalDate> to,
            Caller caller,
            HttpServletRequest request) {
        return view(id, caller, request, () -> views.peaks(id, from, to));
    }

    @GetMapping("/{id}/metrics")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "Sums over all requests of a tunnel",
            description = "Of all replicas, as stored: what moved appears about a second later, or after a flush.")
    @ApiResponse(responseCode = "200", description = "The sums")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's")
    TunnelMetricsResponse metrics(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return view(id, caller, request, () -> views.metrics(id));
    }

    /** For everybody who may see the tunnel; who used it is told to its owner alone. */
    private <T> T view(UUID id, Caller caller, HttpServletRequest request, Supplier<T> figures) {
        return access.call(id, caller, TunnelAction.VIEW, CommandSource.of(request), _ -> figures.get());
    }
}
