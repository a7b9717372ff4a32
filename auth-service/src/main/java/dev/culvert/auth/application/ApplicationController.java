package dev.culvert.auth.application;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/oauth/applications")
@Tag(name = "OAuth applications", description = "Programs that act for users, and what users allowed them.")
class ApplicationController {
    private final ApplicationService applications;

    ApplicationController(ApplicationService applications) {
        this.applications = applications;
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @PostMapping
    @Operation(
            summary = "Register an application",
            description = "A confidential application gets a clientSecret, shown only in this answer.")
    @ApiResponse(responseCode = "201", description = "The application; its secret is shown this once")
    ResponseEntity<ApplicationResponse> create(Caller caller, @Valid @RequestBody CreateApplicationRequest request) {
        ApplicationResponse created = applications.create(caller, request);
        return ResponseEntity.created(URI.create("/api/v1/oauth/applications/" + created.id()))
                .cacheControl(CacheControl.noStore())
                .body(created);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @GetMapping
    @Operation(summary = "List own applications", description = "Newest first.")
    Page<ApplicationResponse> list(Caller caller, PageRequest page) {
        return applications.list(caller, page);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @GetMapping("/{id}")
    @Operation(
            summary = "Read an application",
            description = "404 NOT_FOUND for an unknown id and for somebody else's application.")
    ApplicationResponse get(Caller caller, @PathVariable UUID id) {
        return applications.get(caller, id);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @PutMapping("/{id}")
    @Operation(summary = "Change an application", description = "Replaces everything but id, owner and secret.")
    ApplicationResponse update(
            Caller caller, @PathVariable UUID id, @Valid @RequestBody UpdateApplicationRequest request) {
        return applications.update(caller, id, request);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @PostMapping("/{id}/rotate-secret")
    @Operation(
            summary = "Replace the secret",
            description =
                    "The new clientSecret is shown only in this answer. The old one stops working at once, or after"
                            + " overlapSeconds; until then previousSecretLastUsedAt tells whether somebody still uses it. There are"
                            + " never more than two: another rotation ends the older one.")
    ResponseEntity<ApplicationResponse> rotateSecret(
            Caller caller,
            @PathVariable UUID id,
            @Valid @RequestBody(required = false) @Nullable RotateSecretRequest request) {
        RotateSecretRequest asked = Objects.requireNonNullElse(request, RotateSecretRequest.AT_ONCE);
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(applications.rotateSecret(caller, id, asked));
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @DeleteMapping("/{id}/previous-secret")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "End the secret before the present one",
            description = "When no instance uses it any more, or it got into wrong hands. 204 also when there is none.")
    void endPreviousSecret(Caller caller, @PathVariable UUID id) {
        applications.endPreviousSecret(caller, id);
    }

    record KeySetRequest(
            @Schema(
                    description =
                            "public keys in the form of RFC 7517: EC on P-256 or P-384, or RSA of 2048 to 4096 bits",
                    example = """
                            [{"kty": "EC", "crv": "P-256", "kid": "1", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                             "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]""")
            @NotNull(message = "is required")
            List<Map<String, Object>> keys) {}

    @Access(scope = Scope.KEYS_MANAGE)
    @PutMapping("/{id}/keys")
    @Operation(
            summary = "Let an application prove itself with keys",
            description =
                    "From now on with an assertion signed by one of them (private_key_jwt, RFC 7523), and no longer"
                            + " with the secret. Replaces all earlier keys; to exchange one, send both for a while.")
    ApplicationResponse setKeys(Caller caller, @PathVariable UUID id, @Valid @RequestBody KeySetRequest request) {
        return applications.setKeys(caller, id, ApplicationKeys.of(Map.of("keys", request.keys())));
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @DeleteMapping("/{id}/keys")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Remove the keys of an application",
            description = "Its secret counts again. 204 also when there are none.")
    void removeKeys(Caller caller, @PathVariable UUID id) {
        applications.removeKeys(caller, id);
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Delete an application", description = "For good; all its tokens stop working.")
    void delete(Caller caller, @PathVariable UUID id) {
        applications.delete(caller, id);
    }
}
