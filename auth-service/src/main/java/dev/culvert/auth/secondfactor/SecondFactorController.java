package dev.culvert.auth.secondfactor;

import dev.culvert.auth.secondfactor.SecondFactorService.Status;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import java.util.List;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/auth/second-factor")
@Tag(name = "second factor", description = "One-time codes and recovery codes beside the password.")
class SecondFactorController {
    private final SecondFactorService secondFactor;

    SecondFactorController(SecondFactorService secondFactor) {
        this.secondFactor = secondFactor;
    }

    record ConfirmSecondFactorRequest(
            @Schema(description = "what the app shows now", example = "492039") @NotBlank(message = "is required")
            String code) {}

    record RecoveryCodesResponse(
            @Schema(description = "shown only now; each replaces one code of the app")
            List<String> recoveryCodes) {
        /** Leaves the codes out, so that they cannot get into a log. */
        @Override
        public String toString() {
            return "RecoveryCodesResponse";
        }
    }

    @Access(scope = Scope.ACCOUNT_MANAGE)
    @GetMapping
    @Operation(
            summary = "Own second factor",
            description = "Whether there is one, of which kinds, and how many recovery codes are left.")
    Status status(Caller caller) {
        return secondFactor.status(caller);
    }

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @PostMapping
    @Operation(
            summary = "Set up an authenticator app",
            description =
                    "The secret for the app (RFC 6238). Signing in stays as it is until a code of it is confirmed.")
    ResponseEntity<TotpSecret> enrol(Caller caller) {
        return once(secondFactor.enrol(caller));
    }

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @PostMapping("/confirm")
    @Operation(
            summary = "Confirm an authenticator app",
            description = "From now on signing in needs a code. The recovery codes are shown only in this answer.")
    ResponseEntity<RecoveryCodesResponse> confirm(
            Caller caller, @Valid @RequestBody ConfirmSecondFactorRequest request) {
        return once(new RecoveryCodesResponse(secondFactor.confirm(caller, request.code())));
    }

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @PostMapping("/recovery-codes")
    @Operation(summary = "New recovery codes", description = "The earlier ones no longer work.")
    ResponseEntity<RecoveryCodesResponse> renewRecoveryCodes(Caller caller) {
        return once(new RecoveryCodesResponse(secondFactor.renewRecoveryCodes(caller)));
    }

    @Access(scope = Scope.ACCOUNT_MANAGE, fresh = true)
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Remove the authenticator app",
            description =
                    "409 CONFLICT_STATE for administrators without a passkey where the installation asks them for a second factor.")
    void remove(Caller caller) {
        secondFactor.remove(caller);
    }

    private static <T> ResponseEntity<T> once(T secret) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(secret);
    }
}
