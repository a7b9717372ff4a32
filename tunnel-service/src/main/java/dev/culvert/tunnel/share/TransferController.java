package dev.culvert.tunnel.share;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.access.TunnelAction;
import dev.culvert.tunnel.activity.CommandSource;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.util.Optional;
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

/** Giving tunnels to others over HTTP (requirement X-15): the owner offers, the receiver takes. */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Sharing")
class TransferController {
    private final TunnelAccess access;
    private final Transfers transfers;
    private final HandOver handOver;
    private final People people;
    private final GuestRule guests;

    TransferController(TunnelAccess access, Transfers transfers, HandOver handOver, People people, GuestRule guests) {
        this.access = access;
        this.transfers = transfers;
        this.handOver = handOver;
        this.people = people;
        this.guests = guests;
    }

    @PostMapping("/{id}/transfer")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Offer a tunnel to a new owner",
            description = "The owner's alone. Nothing changes before the receiver takes it, within seven days.")
    @ApiResponse(responseCode = "201", description = "Offered")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001, or USER_001: no such person")
    @ApiResponse(responseCode = "409", description = "ALREADY_EXISTS: it is offered to somebody")
    TransferResponse offer(
            @PathVariable UUID id,
            @Valid @RequestBody CreateTransferRequest body,
            Caller caller,
            HttpServletRequest request) {
        return access.call(id, caller, TunnelAction.TRANSFER, CommandSource.of(request), tunnel -> {
            Grantee receiver = people.person(body.user())
                    .orElseThrow(() -> new ProblemException(
                            ProblemCode.USER_001, "There is nobody of this id, user name or mail address."));
            guests.require(tunnel, receiver);
            return transfers.create(tunnel, receiver);
        });
    }

    @GetMapping("/{id}/transfer")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "To whom a tunnel is offered", description = "The owner's alone.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001; NOT_FOUND: it is offered to nobody")
    TransferResponse offered(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        return access.call(id, caller, TunnelAction.TRANSFER, CommandSource.of(request), transfers::of);
    }

    @DeleteMapping("/{id}/transfer")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Take an offer back", description = "The owner's alone.")
    @ApiResponse(responseCode = "404", description = "TUNNEL_001; NOT_FOUND: it is offered to nobody")
    void withdraw(@PathVariable UUID id, Caller caller, HttpServletRequest request) {
        access.call(id, caller, TunnelAction.TRANSFER, CommandSource.of(request), tunnel -> {
            transfers.withdraw(tunnel);
            return id;
        });
    }

    @GetMapping("/transfers")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "Tunnels that are offered to you, latest offer first")
    Page<TransferResponse> transfers(Caller caller, PageRequest page) {
        return transfers.to(caller, page);
    }

    @PostMapping("/transfers/{transferId}/accept")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Take a tunnel that is offered to you",
            description =
                    "It is yours at once: agents and open requests of others are cut, links end, shares stay as far as your"
                            + " tenant has guests. From another tenant it comes private. What was used before stays with who pays"
                            + " for it.")
    @ApiResponse(responseCode = "200", description = "It is yours")
    @ApiResponse(responseCode = "404", description = "NOT_FOUND: taken, refused, withdrawn or expired")
    @ApiResponse(responseCode = "409", description = "ALREADY_EXISTS: you have one of this name, so give another")
    TakenTunnelResponse accept(
            @PathVariable UUID transferId,
            @Valid @RequestBody(required = false) Optional<AcceptTransferRequest> body,
            Caller caller,
            HttpServletRequest request) {
        boolean withGuests = people.allowsOutsideGuests(caller.tenantId());
        return TenantScope.callAsSystem(
                "take over a tunnel",
                () -> handOver.take(
                        transferId,
                        body.flatMap(asked -> Optional.ofNullable(asked.name())),
                        withGuests,
                        caller,
                        CommandSource.of(request)));
    }

    @PostMapping("/transfers/{transferId}/refuse")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Do not take a tunnel that is offered to you")
    @ApiResponse(responseCode = "404", description = "NOT_FOUND: taken, refused, withdrawn or expired")
    void refuse(@PathVariable UUID transferId, Caller caller) {
        TenantScope.runAsSystem("refuse a tunnel", () -> transfers.refuse(transferId, caller));
    }
}
