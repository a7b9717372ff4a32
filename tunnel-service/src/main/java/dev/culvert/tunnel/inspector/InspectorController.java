package dev.culvert.tunnel.inspector;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The inspector over HTTP, alike in both versions. */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(
        name = "Tunnel inspector",
        description = "The last requests through a tunnel, kept by the replica that carried them.")
class InspectorController {
    private static final String NOT_YOURS = "TUNNEL_001: unknown, or a stranger's";
    private static final String BEARER = "Bearer ";
    private static final String FILE = "attachment; filename=\"requests.%s\"";

    private final InspectorViews views;

    InspectorController(InspectorViews views) {
        this.views = views;
    }

    @GetMapping("/{id}/inspector")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "What the inspector keeps of a tunnel's requests")
    @ApiResponse(responseCode = "200", description = "The settings; metadata without bodies unless changed")
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    SettingsResponse settings(@PathVariable UUID id, Caller caller) {
        return views.settings(id, caller);
    }

    @PutMapping("/{id}/inspector")
    @Access(scope = Scope.TUNNELS_WRITE)
    @Operation(
            summary = "Choose what the inspector keeps of a tunnel's requests",
            description = "In force at once on the replica that answers, within seconds on the others. Switched off, "
                    + "what it kept goes.")
    @ApiResponse(responseCode = "200", description = "The settings as they are now")
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    SettingsResponse update(@PathVariable UUID id, @Valid @RequestBody UpdateSettingsRequest body, Caller caller) {
        return views.update(id, body, caller);
    }

    @GetMapping("/{id}/requests")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "The last requests through a tunnel, latest first",
            description = "In memory of the replica that answers, and gone when it restarts.")
    @ApiResponse(responseCode = "200", description = "Kept requests; secrets are redacted")
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    Page<RequestSummary> requests(
            @PathVariable UUID id,
            @Parameter(description = "Only those an agent connection carried") @RequestParam
                    Optional<UUID> connectionId,
            Caller caller,
            PageRequest page) {
        return views.requests(id, connectionId, caller, page);
    }

    @DeleteMapping("/{id}/requests")
    @Access(scope = Scope.TUNNELS_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Forget the requests kept of a tunnel",
            description = "At once on the replica that answers, within seconds on the others.")
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    void clear(@PathVariable UUID id, Caller caller) {
        views.clear(id, caller);
    }

    @GetMapping("/{id}/requests/{requestId}")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "One request through a tunnel",
            description = "Headers, what is kept of bodies (compressed ones unpacked up to a limit), where the time "
                    + "went, and when which piece passed.")
    @ApiResponse(responseCode = "200", description = "The request; secrets are redacted")
    @ApiResponse(responseCode = "404", description = NOT_YOURS + "; NOT_FOUND: not kept, or not any more")
    RequestDetail request(@PathVariable UUID id, @PathVariable UUID requestId, Caller caller) {
        return views.request(id, requestId, caller);
    }

    @PostMapping("/{id}/requests/{requestId}/replay")
    @Access(scope = {Scope.TUNNELS_WRITE, Scope.TUNNELS_USE})
    @Operation(
            summary = "Send a request through the tunnel once more",
            description = "As a call of yours: it is checked, metered and kept like any other. Secret headers were "
                    + "never kept; give those that are needed in 'headers'.")
    @ApiResponse(responseCode = "200", description = "The answer, whatever its status, beside the first one")
    @ApiResponse(responseCode = "404", description = NOT_YOURS + "; NOT_FOUND: not kept, or not any more")
    @ApiResponse(responseCode = "409", description = "CONFLICT_STATE: a WebSocket, or its body was not kept whole")
    ReplayResponse replay(
            @PathVariable UUID id,
            @PathVariable UUID requestId,
            @Valid @RequestBody(required = false) Optional<ReplayRequest> body,
            @Parameter(hidden = true) @RequestHeader(HttpHeaders.AUTHORIZATION) String authorization,
            Caller caller) {
        return views.replay(
                id, requestId, body, authorization.substring(BEARER.length()).strip(), caller);
    }

    @GetMapping("/{id}/requests/archive")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "The last requests through a tunnel as a file for browsers' tools",
            description = "HTTP Archive 1.2 (HAR).")
    @ApiResponse(responseCode = "200", description = "The archive; secrets are redacted")
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    ResponseEntity<Map<String, Object>> archive(@PathVariable UUID id, Caller caller) {
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_DISPOSITION, FILE.formatted("har"))
                .body(views.archive(id, caller));
    }

    @GetMapping("/{id}/requests/table")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "The last requests through a tunnel as comma-separated values",
            description = "A line each, without headers and bodies.")
    @ApiResponse(
            responseCode = "200",
            description = "The table; secrets are redacted",
            content = @Content(mediaType = "text/csv"))
    @ApiResponse(responseCode = "404", description = NOT_YOURS)
    ResponseEntity<String> table(@PathVariable UUID id, Caller caller) {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("text/csv;charset=UTF-8"))
                .header(HttpHeaders.CONTENT_DISPOSITION, FILE.formatted("csv"))
                .body(views.spreadsheet(id, caller));
    }
}
