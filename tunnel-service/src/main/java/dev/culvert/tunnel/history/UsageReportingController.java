package dev.culvert.tunnel.history;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.usage.MeasuredTraffic;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Reports of agents and clients over HTTP (requirements R4.6, R4.9a), alike in both versions. */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Tunnel usage")
class UsageReportingController {
    private final UsageReporting reporting;
    private final MeasuredTraffic traffic;

    UsageReportingController(UsageReporting reporting, MeasuredTraffic traffic) {
        this.reporting = reporting;
        this.traffic = traffic;
    }

    @PostMapping("/{id}/usage/events")
    @Access(scope = Scope.TUNNELS_CONNECT)
    @Operation(
            summary = "Report use of a tunnel",
            description = "Told beside what the suite measures and never added to it. An event that is sent again "
                    + "under its id counts once.")
    @ApiResponse(responseCode = "200", description = "Stored, or known already")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's")
    ReportedEventResponse report(
            @PathVariable UUID id, @Valid @RequestBody ReportUsageEventRequest body, Caller caller) {
        return reporting.report(id, body, caller);
    }

    @PostMapping("/{id}/metrics/record")
    @Access(scope = Scope.TUNNELS_CONNECT)
    @Operation(
            summary = "Report a request that you measured yourself",
            description = "Told beside what the suite measures and never added to it.")
    @ApiResponse(responseCode = "200", description = "Stored")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's")
    ReportedEventResponse record(@PathVariable UUID id, @Valid @RequestBody RecordMetricRequest body, Caller caller) {
        return reporting.report(id, body, caller);
    }

    @PostMapping("/{id}/metrics/flush")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Store what was measured at once",
            description = "For the replica that answers; the others store theirs within a second, as always.")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's")
    void flush(@PathVariable UUID id, Caller caller) {
        reporting.requireOwned(id, caller);
        traffic.flush();
    }
}
