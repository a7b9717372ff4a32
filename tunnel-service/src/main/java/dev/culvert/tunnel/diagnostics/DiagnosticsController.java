package dev.culvert.tunnel.diagnostics;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Diagnostics over HTTP (requirements R4.7, P2.4.1, P2.4.3, P2.4.7), alike in both versions. */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Tunnel diagnostics", description = "States, connections, failed requests and latencies of tunnels.")
class DiagnosticsController {
    private static final String NOT_YOURS = "TUNNEL_001: unknown, or a stranger's";

    private final DiagnosticsViews views;

    DiagnosticsController(DiagnosticsViews views) {
        this.views = views;
    }

    @GetMapping("/diagnostics")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "How your tunnels do", description = "Status, agents, and failed requests of the last hours.")
    @ApiResponse(responseCode = "200", description = "Your latest hundred tunnels")
    SummaryResponse summary(
            @Parameter(description = "Hours to look back on") @RequestParam(defaultValue = "24") @Min(1) @Max(168)
                    int hours,
            Caller caller) {
        return views.summary(hours, caller);
    }

    @GetMapping("/{id}/diagnostics")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "How a tunnel does, and why",
            description = "Its states with times, its agent connections and their health, failed requests by category "
                    + "with correlation ids, how much of its agents' room is used, and how long each hop takes.")
    @ApiResponse(responseCode = "200", description = "The report")
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    DiagnosticsResponse diagnostics(
            @PathVariable UUID id,
            @Parameter(description = "Hours to look back on") @RequestParam(defaultValue = "24") @Min(1) @Max(168)
                    int hours,
            Caller caller) {
        return views.diagnostics(id, hours, caller);
    }

    @GetMapping("/{id}/states")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "States a tunnel took, latest first")
    @ApiResponse(responseCode = "200", description = "States with times and reasons")
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    Page<Transition> states(@PathVariable UUID id, Caller caller, PageRequest page) {
        return views.states(id, caller, page);
    }

    @GetMapping("/{id}/connections")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Agent connections of a tunnel", description = "Open ones first, then those that ended.")
    @ApiResponse(responseCode = "200", description = "Connections")
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    Page<ConnectionResponse> connections(@PathVariable UUID id, Caller caller, PageRequest page) {
        return views.connections(id, caller, page);
    }

    @GetMapping("/{id}/connections/{connectionId}")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "One agent connection of a tunnel",
            description = "With the latest failed requests it carried; GET …/requests?connectionId= has all that are "
                    + "captured.")
    @ApiResponse(responseCode = "200", description = "The connection")
    @ApiResponse(responseCode = "404", description = NOT_YOURS + "; NOT_FOUND: no connection of the tunnel")
    ConnectionResponse connection(@PathVariable UUID id, @PathVariable UUID connectionId, Caller caller) {
        return views.connection(id, connectionId, caller);
    }

    @GetMapping("/{id}/errors")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "Failed requests of a tunnel, latest first",
            description = "Stored about a second after they ended; in a flood only some of them.")
    @ApiResponse(responseCode = "200", description = "Failed requests with correlation ids")
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    Page<RequestError> errors(
            @PathVariable UUID id,
            @Parameter(description = "Only those of a category", example = "local_unreachable") @RequestParam
                    Optional<String> category,
            Caller caller,
            PageRequest page) {
        return views.errors(id, category, caller, page);
    }
}
