package dev.culvert.tunnel.access;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.tunnel.activity.CommandSource;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.UUID;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The access log over HTTP (requirement R4.8b). */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Sharing")
class AccessLogController {
    private final TunnelAccess access;
    private final AccessLog log;
    private final TransactionOperations transactions;

    AccessLogController(TunnelAccess access, AccessLog log, TransactionOperations transactions) {
        this.access = access;
        this.log = log;
        this.transactions = transactions;
    }

    @GetMapping("/{id}/access-logs")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "What others did with a tunnel, latest first",
            description =
                    "Needs the permission share on the tunnel. Entries appear about a second after the call; equal"
                            + " calls of that second are one entry with their number.")
    @ApiResponse(responseCode = "200", description = "A page of entries")
    Page<AccessLogEntry> accessLogs(
            @PathVariable UUID id, Caller caller, PageRequest page, HttpServletRequest request) {
        return access.call(
                id,
                caller,
                TunnelAction.SHARE,
                CommandSource.of(request),
                tunnel -> Optional.ofNullable(transactions.execute(_ -> log.of(tunnel.tunnelId(), page)))
                        .orElseThrow());
    }
}
