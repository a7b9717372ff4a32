package dev.culvert.tunnel.endpoint;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelAction;
import dev.culvert.tunnel.activity.CommandSource;
import dev.culvert.tunnel.endpoint.EndpointCommands.By;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** How a tunnel changes between its endpoints over HTTP (requirements R4.4a, P2.3.1, P2.3.9), alike in both versions. */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Tunnel endpoints")
class FailoverController {
    private static final String UNKNOWN = "TUNNEL_001, or NOT_FOUND: the tunnel has no such endpoint";
    private static final String REPORTED = "reported";

    private final TunnelAccess access;
    private final EndpointCommands commands;
    private final Endpoints endpoints;
    private final EndpointWatch watch;
    private final FailoverViews views;
    private final Clock clock;

    FailoverController(
            TunnelAccess access,
            EndpointCommands commands,
            Endpoints endpoints,
            EndpointWatch watch,
            FailoverViews views,
            Clock clock) {
        this.access = access;
        this.commands = commands;
        this.endpoints = endpoints;
        this.watch = watch;
        this.views = views;
        this.clock = clock;
    }

    @GetMapping("/{id}/failover/endpoint")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "The endpoint that carries a tunnel now")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "503", description = "AGENT_OFFLINE: no endpoint has an agent")
    EndpointResponse endpoint(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return view(id, caller, request, () -> views.next(id));
    }

    @GetMapping("/{id}/failover/status")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Which endpoint carries a tunnel, since when and why, and how the others do")
    FailoverStatusResponse status(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return view(id, caller, request, () -> views.status(id));
    }

    @GetMapping("/{id}/failover/history")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Switches from one endpoint to another, latest first")
    Page<Switch> history(@PathVariable UUID id, Caller caller, PageRequest page, HttpServletRequest request) {
        return view(id, caller, request, () -> views.switches(id, page));
    }

    @GetMapping("/{id}/failover/config")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "How a tunnel changes between its endpoints")
    FailoverSettings settings(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return view(id, caller, request, () -> views.settings(id));
    }

    @PutMapping("/{id}/failover/config")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Set how a tunnel changes between its endpoints",
            description = "In milliseconds. What is left out takes its default.")
    FailoverSettings configure(
            @PathVariable UUID id,
            @Valid @RequestBody FailoverSettings body,
            Caller caller,
            HttpServletRequest request) {
        return change(id, caller, request, by -> commands.configure(body, by), () -> views.settings(id));
    }

    @PostMapping("/{id}/failover/manual")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Let an endpoint carry the tunnel",
            description = "Whatever its priority and health, while it has an agent, until it is released.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "404", description = UNKNOWN)
    FailoverStatusResponse pick(
            @PathVariable UUID id,
            @Valid @RequestBody EndpointReference body,
            Caller caller,
            HttpServletRequest request) {
        return change(id, caller, request, by -> commands.pick(body.endpointId(), by), () -> views.status(id));
    }

    @DeleteMapping("/{id}/failover/manual")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(summary = "Let priority and health choose the endpoint again")
    FailoverStatusResponse release(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return change(id, caller, request, commands::release, () -> views.status(id));
    }

    @PostMapping("/{id}/failover/record-failure")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Report that an endpoint failed",
            description = "Counts as a request that was not answered: three in a row make it unhealthy.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "404", description = UNKNOWN)
    EndpointResponse recordFailure(
            @PathVariable UUID id,
            @Valid @RequestBody EndpointReference body,
            Caller caller,
            HttpServletRequest request) {
        String why = body.reason() == null ? REPORTED : body.reason();
        return report(id, body, caller, request, health -> health.failed(why, now()));
    }

    @PostMapping("/{id}/failover/record-success")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Report that an endpoint answered",
            description = "Takes one failure back; without any left the endpoint is healthy.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "404", description = UNKNOWN)
    EndpointResponse recordSuccess(
            @PathVariable UUID id,
            @Valid @RequestBody EndpointReference body,
            Caller caller,
            HttpServletRequest request) {
        return report(id, body, caller, request, health -> health.succeeded(now()));
    }

    @PostMapping("/{id}/failover/reset-failures")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(summary = "Forget an endpoint's failures", description = "Its health is unknown until the next check.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "404", description = UNKNOWN)
    EndpointResponse resetFailures(
            @PathVariable UUID id,
            @Valid @RequestBody EndpointReference body,
            Caller caller,
            HttpServletRequest request) {
        return report(id, body, caller, request, health -> health.reset(now()));
    }

    private EndpointResponse report(
            UUID id, EndpointReference body, Caller caller, HttpServletRequest request, UnaryOperator<Health> change) {
        return change(
                id,
                caller,
                request,
                by -> {
                    watch.reload(id, by.standing().tenantId());
                    endpoints.change(id, views.endpoint(id, body.endpointId()).name(), change);
                },
                () -> views.endpoint(id, body.endpointId()));
    }

    private <T> T view(UUID id, Caller caller, HttpServletRequest request, Supplier<T> read) {
        return access.call(id, caller, TunnelAction.VIEW, CommandSource.of(request), _ -> read.get());
    }

    private <T> T change(UUID id, Caller caller, HttpServletRequest request, Consumer<By> command, Supplier<T> answer) {
        CommandSource source = CommandSource.of(request);
        return access.call(id, caller, TunnelAction.CHANGE, source, tunnel -> {
            command.accept(new By(tunnel, caller, source));
            watch.changed(id, tunnel.tenantId());
            return answer.get();
        });
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
