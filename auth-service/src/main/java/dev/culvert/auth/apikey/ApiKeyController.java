package dev.culvert.auth.apikey;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import java.net.URI;
import java.util.UUID;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/api-keys")
@Tag(name = "API keys")
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
    ResponseEntity<ApiKeyResponse> create(Caller caller, @Valid @RequestBody CreateApiKeyRequest request) {
        ApiKeyResponse created = keys.create(caller, request);
        return ResponseEntity.created(URI.create("/api/v1/api-keys/" + created.id()))
                .cacheControl(CacheControl.noStore())
                .body(created);
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
}
