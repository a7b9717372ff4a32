package dev.culvert.tunnel.share;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.tunnel.access.GrantQuotas;
import dev.culvert.tunnel.access.QuotaState;
import dev.culvert.tunnel.access.Standing;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelAccess.SharedTunnel;
import dev.culvert.tunnel.access.TunnelAction;
import dev.culvert.tunnel.activity.CommandSource;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Sharing from the other side: what people may use, how they ask and redeem links (requirements R4.8, R4.8a, P2.10.7). */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Sharing")
class GuestController {
    private final TunnelAccess access;
    private final AccessRequests requests;
    private final Redemption redemption;
    private final People people;
    private final GrantQuotas quotas;

    GuestController(
            TunnelAccess access, AccessRequests requests, Redemption redemption, People people, GrantQuotas quotas) {
        this.access = access;
        this.requests = requests;
        this.redemption = redemption;
        this.people = people;
        this.quotas = quotas;
    }

    @GetMapping("/shared-with-me")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "Tunnels of others that are shared with you or your team, latest share first",
            description = "Use them at their path: by name you would reach a tunnel of your own first.")
    Page<SharedTunnelResponse> sharedWithMe(Caller caller, PageRequest page) {
        List<SharedTunnel> all = access.sharedWith(caller);
        List<SharedTunnel> shown =
                all.stream().skip(page.offset()).limit(page.limit()).toList();
        Map<UUID, QuotaState> used = quotas.ofShares(shown.stream()
                .flatMap(shared -> shared.standing().shareId().stream())
                .toList());
        List<SharedTunnelResponse> items = shown.stream()
                .map(shared -> SharedTunnelResponse.of(
                        shared,
                        shared.standing()
                                .shareId()
                                .flatMap(id -> Optional.ofNullable(used.get(id)))
                                .orElse(null)))
                .toList();
        return Page.of(items, all.size(), page);
    }

    @PostMapping("/access-requests")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Ask to be let in to somebody's tunnel",
            description = "Who may share the tunnel decides within seven days; afterwards the request has expired.")
    @ApiResponse(responseCode = "201", description = "Asked")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or closed to people from outside its tenant")
    @ApiResponse(responseCode = "409", description = "ALREADY_EXISTS: asked before; CONFLICT_STATE: it is yours")
    AccessRequestResponse ask(@Valid @RequestBody CreateAccessRequest body, Caller caller) {
        Standing tunnel = access.asOwner(body.tunnelId())
                .filter(it -> it.tenantId().equals(caller.tenantId()) || people.allowsOutsideGuests(it.tenantId()))
                .orElseThrow(TunnelAccess::notFound);
        return TenantScope.call(tunnel.tenantId(), () -> requests.create(tunnel, body, caller, nameOf(caller)));
    }

    @GetMapping("/access-requests")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "What you asked to be let in to, latest first")
    Page<AccessRequestResponse> asked(Caller caller, PageRequest page) {
        return requests.of(caller, page);
    }

    @GetMapping("/{id}/access-requests")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "Who asked to be let in to a tunnel, latest first",
            description = "Needs the permission share on it.")
    Page<AccessRequestResponse> list(
            @PathVariable UUID id, Caller caller, PageRequest page, HttpServletRequest request) {
        return access.call(
                id, caller, TunnelAction.SHARE, CommandSource.of(request), tunnel -> requests.of(tunnel, page));
    }

    @PostMapping("/{id}/access-requests/{requestId}/approve")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Let in who asked",
            description = "As they asked, without an end, unless the body says otherwise.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "409", description = "CONFLICT_STATE: decided or expired")
    AccessRequestResponse approve(
            @PathVariable UUID id,
            @PathVariable UUID requestId,
            @Valid @RequestBody ApproveAccessRequest body,
            Caller caller,
            HttpServletRequest request) {
        return access.call(
                id,
                caller,
                TunnelAction.SHARE,
                CommandSource.of(request),
                tunnel -> requests.approve(tunnel, requestId, body, caller.userId()));
    }

    @PostMapping("/{id}/access-requests/{requestId}/refuse")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(summary = "Do not let in who asked")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "409", description = "CONFLICT_STATE: decided or expired")
    AccessRequestResponse refuse(
            @PathVariable UUID id, @PathVariable UUID requestId, Caller caller, HttpServletRequest request) {
        return access.call(
                id,
                caller,
                TunnelAction.SHARE,
                CommandSource.of(request),
                tunnel -> requests.refuse(tunnel, requestId, caller.userId()));
    }

    @PostMapping("/share-tokens/redeem")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Make a share of a link you were given",
            description = "Uses the link once. You get its permission until the link expires, as a share of your own.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "404", description = "NOT_FOUND: expired, used up or withdrawn")
    ShareResponse redeem(@Valid @RequestBody RedeemShareTokenRequest body, Caller caller) {
        String name = nameOf(caller);
        return TenantScope.callAsSystem(
                "redeem a link to a tunnel", () -> redemption.redeem(body.token(), caller, name));
    }

    private String nameOf(Caller caller) {
        return people.person(caller.userId().toString())
                .map(Grantee::name)
                .orElseGet(() -> caller.userId().toString());
    }
}
