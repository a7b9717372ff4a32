package dev.culvert.auth.apikey;

import dev.culvert.auth.token.Origin;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import java.net.URI;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/api-keys")
@Tag(name = "API keys", description = "Credentials for programs, with their scopes, limits and history.")
class ApiKeyController {
    private final ApiKeyService keys;

    ApiKeyController(ApiKeyService keys) {
        this.keys = keys;
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @PostMapping
    @Operation(
            summary = "Create an API key",
            description = "The field key holds the key itself and is shown only in this answer.")
    @ApiResponse(responseCode = "201", description = "The key; its secret is shown this once")
    ResponseEntity<ApiKeyResponse> create(
            Caller caller, @Valid @RequestBody CreateApiKeyRequest body, HttpServletRequest request) {
        return made(keys.create(caller, body, Origin.of(request)));
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @PatchMapping("/{id}")
    @Operation(
            summary = "Change an API key",
            description = "Only what is named changes, and counts from the next request on.")
    ApiKeyResponse update(Caller caller, @PathVariable UUID id, @Valid @RequestBody UpdateApiKeyRequest body) {
        return keys.update(caller, id, body);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @PutMapping("/{id}")
    @Operation(
            summary = "Replace the terms of an API key",
            description = "What is left out gets its usual value: no expiry, every network, the usual limits.")
    ApiKeyResponse replace(Caller caller, @PathVariable UUID id, @Valid @RequestBody CreateApiKeyRequest body) {
        return keys.replace(caller, id, body);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @PostMapping("/{id}/rotate")
    @Operation(
            summary = "Rotate an API key",
            description =
                    "Makes a key with the same terms, shown only in this answer. The old one stays valid for a day"
                            + " or the overlap of the request; usedSinceRotation then tells whether somebody still uses it.")
    @ApiResponse(responseCode = "201", description = "The new key; its secret is shown this once")
    ResponseEntity<ApiKeyResponse> rotate(
            Caller caller,
            @PathVariable UUID id,
            @Valid @RequestBody(required = false) @Nullable RotateApiKeyRequest body,
            HttpServletRequest request) {
        RotateApiKeyRequest wish = Objects.requireNonNullElse(body, RotateApiKeyRequest.USUAL);
        return made(keys.rotate(caller, id, wish, Origin.of(request)));
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @GetMapping("/{id}/audit-logs")
    @Operation(
            summary = "What happened to an API key",
            description = "Newest first: created, updated, used (at most hourly), rotated, revoked, expired.")
    Page<KeyHistory.Entry> auditLogs(Caller caller, @PathVariable UUID id, PageRequest page) {
        return keys.auditLogs(caller, id, page);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @GetMapping
    @Operation(summary = "List own API keys", description = "Newest first, revoked and expired ones too.")
    Page<ApiKeyResponse> list(Caller caller, PageRequest page) {
        return keys.list(caller, page);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @GetMapping("/{id}")
    @Operation(
            summary = "Read an API key",
            description = "404 API_KEY_001 for an unknown id and for somebody else's key.")
    ApiKeyResponse get(Caller caller, @PathVariable UUID id) {
        return keys.get(caller, id);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @PostMapping("/{id}/revoke")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Revoke an API key", description = "For good. Revoking again changes nothing.")
    void revoke(Caller caller, @PathVariable UUID id) {
        keys.revoke(caller, id);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Revoke an API key", description = "The same as POST /revoke.")
    void delete(Caller caller, @PathVariable UUID id) {
        keys.revoke(caller, id);
    }

    private static ResponseEntity<ApiKeyResponse> made(ApiKeyResponse key) {
        return ResponseEntity.created(URI.create("/api/v1/api-keys/" + key.id()))
                .cacheControl(CacheControl.noStore())
                .body(key);
    }
}
