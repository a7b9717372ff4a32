package dev.culvert.auth.passkey;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.List;
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
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(PasskeyController.PATH)
@Tag(name = "passkeys", description = "Signing in without a password, by WebAuthn.")
class PasskeyController {
    static final String PATH = "/api/v1/auth/passkeys";

    private final PasskeyService passkeys;

    PasskeyController(PasskeyService passkeys) {
        this.passkeys = passkeys;
    }

    record CreatePasskeyRequest(
            @Schema(description = "what to call it", example = "laptop")
            @NotBlank(message = "is required")
            @Size(max = 100, message = "has more than 100 characters")
            @Pattern(regexp = "[^\\x00-\\x1f\\x7f]*", message = "has control characters")
            String name,

            @Schema(description = "what the browser made") @NotNull(message = "is required") @Valid
            RegisteredCredential credential) {}

    record UpdatePasskeyRequest(
            @Schema(example = "old laptop")
            @NotBlank(message = "is required")
            @Size(max = 100, message = "has more than 100 characters")
            @Pattern(regexp = "[^\\x00-\\x1f\\x7f]*", message = "has control characters")
            String name) {}

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @PostMapping("/registration-options")
    @Operation(
            summary = "Begin to register a passkey",
            description =
                    "What navigator.credentials.create needs, by PublicKeyCredential.parseCreationOptionsFromJSON."
                            + " The challenge works once and for 5 minutes. 429 QUOTA_EXCEEDED with 20 passkeys.")
    ResponseEntity<CreationOptions> options(Caller caller) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(passkeys.options(caller));
    }

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @PostMapping
    @Operation(
            summary = "Register a passkey",
            description = "From now on signing in by password needs a second step, and the passkey signs in without a"
                    + " password. With the first second factor of an account the answer holds recovery codes, shown"
                    + " only now. 400 VALIDATION_ERROR with an alias like PASSKEY_ORIGIN or PASSKEY_CHALLENGE says what"
                    + " was wrong, 409 ALREADY_EXISTS that the passkey is registered.")
    @ApiResponse(responseCode = "201", description = "The passkey.")
    ResponseEntity<RegisteredPasskeyResponse> register(Caller caller, @Valid @RequestBody CreatePasskeyRequest body) {
        RegisteredPasskeyResponse registered = passkeys.register(caller, body.name(), body.credential());
        return ResponseEntity.created(
                        URI.create(PATH + "/" + registered.passkey().id()))
                .cacheControl(CacheControl.noStore())
                .body(registered);
    }

    @Access(scope = Scope.ACCOUNT_MANAGE)
    @GetMapping
    @Operation(summary = "List own passkeys", description = "Oldest first.")
    List<PasskeyResponse> list(Caller caller) {
        return passkeys.list(caller);
    }

    @Access(scope = Scope.ACCOUNT_MANAGE)
    @RequestMapping(
            path = "/{id}",
            method = {RequestMethod.PATCH, RequestMethod.PUT})
    @Operation(summary = "Rename a passkey", description = "404 NOT_FOUND for an id that is not one's own.")
    PasskeyResponse rename(Caller caller, @PathVariable UUID id, @Valid @RequestBody UpdatePasskeyRequest body) {
        return passkeys.rename(caller, id, body.name());
    }

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Remove a passkey",
            description = "Recovery codes go with the last second factor. 409 CONFLICT_STATE for the last second factor"
                    + " of administrators where the installation asks them for one.")
    void remove(Caller caller, @PathVariable UUID id) {
        passkeys.remove(caller, id);
    }
}
