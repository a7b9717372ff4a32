package dev.culvert.tunnel.tunnel;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.Standing;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelAction;
import dev.culvert.tunnel.activity.Activity;
import dev.culvert.tunnel.activity.CommandSource;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.net.URI;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Tunnels over HTTP (requirements R4.1 to R4.1c, R4.2), alike in both versions; {@link TunnelLists} is not. */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Tunnels", description = "Names under which an agent carries requests to a local service.")
class TunnelController {
    private final TunnelService service;
    private final TunnelViews views;
    private final TunnelAccess access;

    TunnelController(TunnelService service, TunnelViews views, TunnelAccess access) {
        this.service = service;
        this.views = views;
        this.access = access;
    }

    @PostMapping
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(summary = "Create a tunnel", description = "It needs no start: the first agent that connects starts it.")
    @ApiResponse(responseCode = "201", description = "Created")
    @ApiResponse(responseCode = "409", description = "ALREADY_EXISTS: you have a tunnel of this name")
    ResponseEntity<TunnelResponse> create(
            @Valid @RequestBody CreateTunnelRequest body, Caller caller, HttpServletRequest request) {
        Tunnel tunnel = service.create(body, caller, CommandSource.of(request));
        TunnelViews.Found found =
                views.find(Standing.ofCreator(tunnel.getId(), tunnel.tenantId(), tunnel.userId(), tunnel.name()));
        return ResponseEntity.created(URI.create(request.getRequestURI() + "/" + tunnel.getId()))
                .eTag(eTag(found.revision()))
                .body(found.response());
    }

    @GetMapping("/{id}")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Read a tunnel")
    @ApiResponse(responseCode = "200", description = "The tunnel; its ETag can guard a later change")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's that is not shared with you")
    ResponseEntity<TunnelResponse> get(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return on(id, caller, TunnelAction.VIEW, request, this::answer);
    }

    @PutMapping("/{id}")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Replace a tunnel's name, description and configuration",
            description = "What is left out takes its default. With If-Match only if nobody changed it meanwhile.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "409", description = "ALREADY_EXISTS, or CONFLICT_STATE when If-Match is outdated")
    ResponseEntity<TunnelResponse> replace(
            @PathVariable UUID id,
            @Valid @RequestBody UpdateTunnelRequest body,
            @Parameter(example = "\"3\"") @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable
                    String ifMatch,
            Caller caller,
            HttpServletRequest request) {
        return on(id, caller, TunnelAction.CHANGE, request, tunnel -> {
            service.replace(id, body, revision(ifMatch), caller, CommandSource.of(request));
            return answer(tunnel);
        });
    }

    @PatchMapping("/{id}")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Change some fields of a tunnel",
            description = "What is left out stays. With If-Match only if nobody changed it meanwhile.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "409", description = "ALREADY_EXISTS, or CONFLICT_STATE when If-Match is outdated")
    ResponseEntity<TunnelResponse> patch(
            @PathVariable UUID id,
            @Valid @RequestBody PatchTunnelRequest body,
            @Parameter(example = "\"3\"") @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable
                    String ifMatch,
            Caller caller,
            HttpServletRequest request) {
        return on(id, caller, TunnelAction.CHANGE, request, tunnel -> {
            service.patch(id, body, revision(ifMatch), caller, CommandSource.of(request));
            return answer(tunnel);
        });
    }

    @DeleteMapping("/{id}")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Delete a tunnel", description = "Its agents are closed. Its usage is kept for billing.")
    void delete(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        on(id, caller, TunnelAction.DELETE, request, _ -> {
            service.delete(id);
            return id;
        });
    }

    @PostMapping("/{id}/start")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Let a tunnel carry traffic",
            description = "connecting until an agent is there. A tunnel that is started stays as it is.")
    ResponseEntity<TunnelResponse> start(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return on(id, caller, TunnelAction.START, request, tunnel -> {
            service.start(id, caller, CommandSource.of(request));
            return answer(tunnel);
        });
    }

    @PostMapping("/{id}/stop")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "End a tunnel's traffic",
            description = "Closes its agents and refuses them, and answers requests with TUNNEL_STOPPED, until it is "
                    + "started. A tunnel that is stopped stays as it is.")
    ResponseEntity<TunnelResponse> stop(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return on(id, caller, TunnelAction.STOP, request, tunnel -> {
            service.stop(id, caller, CommandSource.of(request));
            return answer(tunnel);
        });
    }

    @GetMapping("/{id}/status")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Whether a tunnel carries traffic, since when and why")
    TunnelStatusResponse status(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return on(id, caller, TunnelAction.VIEW, request, _ -> views.status(id));
    }

    @GetMapping("/{id}/activity")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Commands given on a tunnel, latest first")
    Page<Activity> activity(@PathVariable UUID id, Caller caller, PageRequest page, HttpServletRequest request) {
        return on(id, caller, TunnelAction.VIEW, request, _ -> views.activity(id, page));
    }

    private <T> T on(
            UUID id, Caller caller, TunnelAction action, HttpServletRequest request, Function<Standing, T> work) {
        return access.call(id, caller, action, CommandSource.of(request), work);
    }

    private ResponseEntity<TunnelResponse> answer(Standing reader) {
        TunnelViews.Found found = views.find(reader);
        return ResponseEntity.ok().eTag(eTag(found.revision())).body(found.response());
    }

    private static String eTag(int revision) {
        return "\"" + revision + "\"";
    }

    /** The revision an If-Match header asks for; {@code *} and no header ask for none. */
    private static OptionalInt revision(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(Integer.parseInt(ifMatch.strip().replaceAll("^\"|\"$", "")));
        } catch (NumberFormatException _) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "Send in If-Match the ETag you were given.")
                    .withViolations(List.of(new Violation(HttpHeaders.IF_MATCH, "is no ETag of a tunnel")));
        }
    }
}
