package dev.culvert.tunnel.share;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelAction;
import dev.culvert.tunnel.activity.CommandSource;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Links over HTTP (requirement R4.8a). */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Sharing")
class LinkController {
    private final TunnelAccess access;
    private final Links links;
    private final GuestRule guests;

    LinkController(TunnelAccess access, Links links, GuestRule guests) {
        this.access = access;
        this.links = links;
        this.guests = guests;
    }

    @PostMapping("/{id}/share-tokens")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Make a link to a tunnel",
            description =
                    "Whoever has the token sends requests to /t/{id}/ with it in the header X-Share-Token or the query"
                            + " parameter share, without any account. Each request is a use. Its permission is what somebody with an"
                            + " account gets who redeems it. The token is shown once.")
    @ApiResponse(responseCode = "201", description = "The link with its token")
    ShareTokenResponse create(
            @PathVariable UUID id,
            @Valid @RequestBody CreateShareTokenRequest body,
            Caller caller,
            HttpServletRequest request) {
        return access.call(id, caller, TunnelAction.SHARE, CommandSource.of(request), tunnel -> {
            guests.requireOutsiders(tunnel);
            return links.create(tunnel, body, caller.userId());
        });
    }

    @GetMapping("/{id}/share-tokens")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Links to a tunnel with their uses, latest first", description = "Without their tokens.")
    Page<ShareTokenResponse> list(@PathVariable UUID id, Caller caller, PageRequest page, HttpServletRequest request) {
        return access.call(
                id, caller, TunnelAction.SHARE, CommandSource.of(request), tunnel -> links.list(tunnel, page));
    }

    @DeleteMapping("/{id}/share-tokens/{tokenId}")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Withdraw a link", description = "Holds at once: open requests that came by it are cut.")
    void revoke(@PathVariable UUID id, @PathVariable UUID tokenId, Caller caller, HttpServletRequest request) {
        access.call(id, caller, TunnelAction.SHARE, CommandSource.of(request), tunnel -> {
            links.revoke(tunnel, tokenId);
            return tokenId;
        });
    }
}
