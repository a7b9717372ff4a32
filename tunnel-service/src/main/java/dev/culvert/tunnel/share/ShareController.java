package dev.culvert.tunnel.share;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.Quota;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelAction;
import dev.culvert.tunnel.access.TunnelRole;
import dev.culvert.tunnel.activity.CommandSource;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
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

/** Shares with people and teams, and who else may use a tunnel, over HTTP (requirements R4.8, P2.10.1 to P2.10.6). */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Sharing", description = "Who but its owner may use a tunnel, and who did.")
class ShareController {
    private final TunnelAccess access;
    private final Shares shares;
    private final Visibility visibility;
    private final People people;
    private final GuestRule guests;

    ShareController(TunnelAccess access, Shares shares, Visibility visibility, People people, GuestRule guests) {
        this.access = access;
        this.shares = shares;
        this.visibility = visibility;
        this.people = people;
        this.guests = guests;
    }

    @PostMapping("/{id}/shares")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Share a tunnel with a person or a team",
            description =
                    "viewer sees and uses it; editor changes, starts, stops and serves it too; admin also deletes and"
                            + " shares it.")
    @ApiResponse(responseCode = "201", description = "Shared")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001, or USER_001: no such person or team")
    @ApiResponse(responseCode = "409", description = "ALREADY_EXISTS: it is shared with them")
    ShareResponse share(
            @PathVariable UUID id,
            @Valid @RequestBody CreateShareRequest body,
            Caller caller,
            HttpServletRequest request) {
        return access.call(id, caller, TunnelAction.SHARE, CommandSource.of(request), tunnel -> {
            Grantee grantee = grantee(body);
            guests.require(tunnel, grantee);
            return shares.add(tunnel, grantee, terms(body), caller.userId());
        });
    }

    private static Shares.Terms terms(CreateShareRequest body) {
        return new Shares.Terms(
                TunnelRole.granted(body.permission()).orElseThrow(), body.expiresAt(), quota(body.quota()));
    }

    private static Quota quota(@Nullable Quota asked) {
        return asked == null ? Quota.NONE : asked;
    }

    private Grantee grantee(CreateShareRequest body) {
        Optional<String> user = Optional.ofNullable(body.user());
        Optional<UUID> team = Optional.ofNullable(body.team());
        if (user.isPresent() == team.isPresent()) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "Name either a user or a team.")
                    .withViolations(List.of(new Violation("user", "must be there, or team, and not both")));
        }
        return user.flatMap(people::person)
                .or(() -> team.flatMap(people::team))
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.USER_001, "There is nobody of this id, user name or mail address."));
    }

    @GetMapping("/{id}/shares")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "With whom a tunnel is shared, latest first",
            description = "Needs the permission share on it.")
    Page<ShareResponse> list(@PathVariable UUID id, Caller caller, PageRequest page, HttpServletRequest request) {
        return access.call(
                id, caller, TunnelAction.SHARE, CommandSource.of(request), tunnel -> shares.list(tunnel, page));
    }

    @PutMapping("/{id}/shares/{shareId}/permission")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Change what a share allows, when it ends and its quota",
            description = "Holds at once. Not one's own.")
    ShareResponse change(
            @PathVariable UUID id,
            @PathVariable UUID shareId,
            @Valid @RequestBody UpdateSharePermissionRequest body,
            Caller caller,
            HttpServletRequest request) {
        Shares.Terms terms = new Shares.Terms(
                TunnelRole.granted(body.permission()).orElseThrow(), body.expiresAt(), quota(body.quota()));
        return access.call(
                id,
                caller,
                TunnelAction.SHARE,
                CommandSource.of(request),
                tunnel -> shares.change(tunnel, shareId, terms, caller.userId()));
    }

    @DeleteMapping("/{id}/shares/{userId}")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "End a share",
            description =
                    "Holds at once: open requests, streams and WebSockets of the person or team are cut, and their"
                            + " agents are closed.")
    void revoke(
            @PathVariable UUID id,
            @Parameter(description = "Id of the person, the team or the share.") @PathVariable UUID userId,
            Caller caller,
            HttpServletRequest request) {
        access.call(id, caller, TunnelAction.SHARE, CommandSource.of(request), tunnel -> {
            shares.revoke(tunnel, userId);
            return userId;
        });
    }

    @GetMapping("/{id}/access")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Who may use a tunnel without a share", description = "Needs the permission share on it.")
    TunnelAccessSettings settings(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return access.call(id, caller, TunnelAction.SHARE, CommandSource.of(request), visibility::of);
    }

    @PutMapping("/{id}/access")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Say who may use a tunnel without a share, and from where",
            description =
                    "private: nobody. shared: everybody of your tenant. public: anybody, at /t/{id}/, with the login"
                            + " if you set one. What is left out is reset. Holds at once, also for open connections.")
    TunnelAccessSettings setSettings(
            @PathVariable UUID id,
            @Valid @RequestBody UpdateTunnelAccessRequest body,
            Caller caller,
            HttpServletRequest request) {
        return access.call(id, caller, TunnelAction.SHARE, CommandSource.of(request), tunnel -> {
            if (body.visibility().equals("public")) {
                guests.requireOutsiders(tunnel);
            }
            return visibility.replace(tunnel, body);
        });
    }
}
