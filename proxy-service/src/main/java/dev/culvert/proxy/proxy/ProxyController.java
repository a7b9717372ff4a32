package dev.culvert.proxy.proxy;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.Problem;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import java.net.URI;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
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

/** Proxies over HTTP (requirements R5.1, R5.2). */
@RestController
@RequestMapping("/api/v1/proxies")
@Tag(name = "Proxies", description = "Names whose requests go to the first of several targets that can take them.")
class ProxyController {
    private final ProxyService service;
    private final ProxyViews views;

    ProxyController(ProxyService service, ProxyViews views) {
        this.service = service;
        this.views = views;
    }

    @PostMapping
    @Access(scope = Scope.PROXIES_WRITE)
    @Operation(
            summary = "Create a proxy",
            description = "It runs at once. The target of the highest priority is tried first.")
    @ApiResponse(responseCode = "201", description = "Created")
    @ApiResponse(
            responseCode = "409",
            description = "ALREADY_EXISTS: you have a proxy of this name",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    ResponseEntity<ProxyResponse> create(@Valid @RequestBody CreateProxyRequest body, Caller caller) {
        UUID id = service.create(body, caller).getId();
        ProxyViews.Found found = views.find(id, caller);
        return ResponseEntity.created(URI.create("/api/v1/proxies/" + id))
                .eTag(eTag(found.revision()))
                .body(found.response());
    }

    @GetMapping
    @Access(scope = Scope.PROXIES_READ)
    @Operation(summary = "List your proxies", description = "Latest first; 50 a page unless asked, at most 1000.")
    Page<ProxyResponse> list(Caller caller, PageRequest page) {
        return views.list(caller, page);
    }

    @GetMapping("/{id}")
    @Access(scope = Scope.PROXIES_READ)
    @Operation(summary = "Read a proxy")
    @ApiResponse(responseCode = "200", description = "The proxy; its ETag can guard a later change")
    @ApiResponse(
            responseCode = "404",
            description = "PROXY_001: unknown, or a stranger's",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    ResponseEntity<ProxyResponse> get(@PathVariable UUID id, Caller caller) {
        return answer(id, caller);
    }

    @PutMapping("/{id}")
    @Access(scope = Scope.PROXIES_WRITE)
    @Operation(
            summary = "Replace a proxy's name and targets",
            description = "With If-Match only if nobody changed it meanwhile.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(
            responseCode = "409",
            description = "ALREADY_EXISTS, or CONFLICT_STATE when If-Match is outdated",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    ResponseEntity<ProxyResponse> replace(
            @PathVariable UUID id,
            @Valid @RequestBody UpdateProxyRequest body,
            @Parameter(example = "\"3\"") @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable
                    String ifMatch,
            Caller caller) {
        service.replace(id, body, revision(ifMatch), caller);
        return answer(id, caller);
    }

    @PatchMapping("/{id}")
    @Access(scope = Scope.PROXIES_WRITE)
    @Operation(
            summary = "Change a proxy's name or targets",
            description = "What is left out stays. With If-Match only if nobody changed it meanwhile.")
    @ApiResponse(responseCode = "200", description = "OK")
    @ApiResponse(
            responseCode = "409",
            description = "ALREADY_EXISTS, or CONFLICT_STATE when If-Match is outdated",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    ResponseEntity<ProxyResponse> patch(
            @PathVariable UUID id,
            @Valid @RequestBody PatchProxyRequest body,
            @Parameter(example = "\"3\"") @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable
                    String ifMatch,
            Caller caller) {
        service.patch(id, body, revision(ifMatch), caller);
        return answer(id, caller);
    }

    @DeleteMapping("/{id}")
    @Access(scope = Scope.PROXIES_WRITE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Delete a proxy", description = "Requests that run already go on to their end.")
    void delete(@PathVariable UUID id, Caller caller) {
        service.delete(id, caller);
    }

    @PostMapping("/{id}/start")
    @Access(scope = Scope.PROXIES_WRITE)
    @Operation(summary = "Let a proxy take requests", description = "One that runs stays as it is.")
    ResponseEntity<ProxyResponse> start(@PathVariable UUID id, Caller caller) {
        service.start(id, caller);
        return answer(id, caller);
    }

    @PostMapping("/{id}/stop")
    @Access(scope = Scope.PROXIES_WRITE)
    @Operation(
            summary = "Answer requests with PROXY_STOPPED until the proxy is started",
            description = "One that is stopped stays as it is.")
    ResponseEntity<ProxyResponse> stop(@PathVariable UUID id, Caller caller) {
        service.stop(id, caller);
        return answer(id, caller);
    }

    @GetMapping("/{id}/status")
    @Access(scope = Scope.PROXIES_READ)
    @Operation(summary = "Whether a proxy takes requests, and which of its targets do")
    ProxyStatusResponse status(@PathVariable UUID id, Caller caller) {
        return views.status(id, caller);
    }

    private ResponseEntity<ProxyResponse> answer(UUID id, Caller caller) {
        ProxyViews.Found found = views.find(id, caller);
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
                    .withViolations(List.of(new Violation(HttpHeaders.IF_MATCH, "is no ETag of a proxy")));
        }
    }
}
