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
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A tunnel's endpoints and their health over HTTP (requirements R4.2, R4.4), alike in both versions. */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Tunnel endpoints", description = "The agents that stand in for each other behind one tunnel.")
class EndpointController {
    private static final String UNKNOWN = "TUNNEL_001, or NOT_FOUND: the tunnel has no such endpoint";

    private final TunnelAccess access;
    private final EndpointCommands commands;
    private final EndpointWatch watch;
    private final FailoverViews views;

    EndpointController(TunnelAccess access, EndpointCommands commands, EndpointWatch watch, FailoverViews views) {
        this.access = access;
        this.commands = commands;
        this.watch = watch;
        this.views = views;
    }

    @GetMapping("/{id}/endpoints")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "A tunnel's endpoints with their health, in the order in which they are used")
    Page<EndpointResponse> list(@PathVariable UUID id, Caller caller, PageRequest page, HttpServletRequest request) {
        return access.call(id, caller, TunnelAction.VIEW, CommandSource.of(request), _ -> {
            List<EndpointResponse> all = views.endpoints(id);
            List<EndpointResponse> shown =
                    all.stream().skip(page.offset()).limit(page.limit()).toList();
            return Page.of(shown, all.size(), page);
        });
    }

    @PostMapping("/{id}/endpoints")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Describe an endpoint before its first agent comes",
            description = "Without it, the first agent of a name makes the endpoint, with the defaults.")
    @ApiResponse(responseCode = "201", description = "Created")
    @ApiResponse(responseCode = "409", description = "ALREADY_EXISTS: the tunnel has an endpoint of this name")
    EndpointResponse create(
            @PathVariable UUID id,
            @Valid @RequestBody CreateEndpointRequest body,
            Caller caller,
            HttpServletRequest request) {
        return change(id, caller, request, by -> views.endpoint(id, settled(by, commands.create(body, by))));
    }

    @GetMapping("/{id}/endpoints/{endpointId}")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "One endpoint of a tunnel")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "404", description = UNKNOWN)
    EndpointResponse get(
            @PathVariable UUID id, @PathVariable UUID endpointId, Caller caller, HttpServletRequest request) {
        return access.call(
                id, caller, TunnelAction.VIEW, CommandSource.of(request), _ -> views.endpoint(id, endpointId));
    }

    @PutMapping("/{id}/endpoints/{endpointId}")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Change an endpoint's priority, weight, health check and retries",
            description = "What is left out takes its default. Holds for the next request.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "404", description = UNKNOWN)
    EndpointResponse update(
            @PathVariable UUID id,
            @PathVariable UUID endpointId,
            @Valid @RequestBody UpdateEndpointRequest body,
            Caller caller,
            HttpServletRequest request) {
        return change(id, caller, request, by -> {
            commands.update(endpointId, body, by);
            return views.endpoint(id, settled(by, endpointId));
        });
    }

    @DeleteMapping("/{id}/endpoints/{endpointId}")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Remove an endpoint that has no agents")
    @ApiResponse(responseCode = "404", description = UNKNOWN)
    @ApiResponse(responseCode = "409", description = "CONFLICT_STATE: agents of it are connected")
    void delete(@PathVariable UUID id, @PathVariable UUID endpointId, Caller caller, HttpServletRequest request) {
        change(id, caller, request, by -> {
            commands.delete(endpointId, by);
            return settled(by, endpointId);
        });
    }

    @GetMapping("/{id}/health")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "How a tunnel's endpoints do",
            description = "Tunnels with several endpoints are checked all the time, and endpoints with a path to ask "
                    + "for; others when somebody asks with POST …/health-check.")
    HealthResponse health(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return access.call(
                id, caller, TunnelAction.VIEW, CommandSource.of(request), _ -> HealthResponse.of(views.endpoints(id)));
    }

    @PostMapping("/{id}/health-check")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Check a tunnel's endpoints now",
            description = "Answers when those have been checked whose agents are on the replica that answers; the "
                    + "others follow within seconds.")
    HealthResponse check(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return change(id, caller, request, by -> {
            commands.requestChecks(by);
            watch.reload(id, by.standing().tenantId())
                    .ifPresent(tunnel -> watch.checkNow(tunnel).join());
            settled(by, id);
            return HealthResponse.of(views.endpoints(id));
        });
    }

    private <T> T change(UUID id, Caller caller, HttpServletRequest request, Function<By, T> work) {
        CommandSource source = CommandSource.of(request);
        return access.call(
                id, caller, TunnelAction.CHANGE, source, tunnel -> work.apply(new By(tunnel, caller, source)));
    }

    private <T> T settled(By by, T result) {
        watch.changed(by.tunnelId(), by.standing().tenantId());
        return result;
    }
}
