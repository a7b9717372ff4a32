package dev.culvert.auth.signin;

import com.fasterxml.jackson.annotation.JsonAlias;
import dev.culvert.auth.account.StrongPassword;
import dev.culvert.auth.token.Origin;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class PasswordChangeController {
    private final PasswordChange passwordChange;

    PasswordChangeController(PasswordChange passwordChange) {
        this.passwordChange = passwordChange;
    }

    record ChangePasswordRequest(
            @Schema(example = "Correct-Horse-7")
            @JsonAlias("current_password")
            @NotBlank(message = "is required")
            @Size(max = 1000, message = "has more than 1000 characters")
            String currentPassword,

            @Schema(example = "Quiet-Lantern-4")
            @JsonAlias("new_password")
            @NotNull(message = "is required")
            @StrongPassword
            String newPassword) {

        /** Leaves both out, so that they cannot get into a log. */
        @Override
        public String toString() {
            return "ChangePasswordRequest";
        }
    }

    @Access(scope = Scope.ACCOUNT_MANAGE)
    @PostMapping("/api/v1/auth/password")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Change my password",
            description = "Ends all other sessions and sends a notice by mail. 401 AUTHENTICATION_FAILED for a wrong"
                    + " present password, which counts towards the lock of the account: 403 ACCOUNT_LOCKED.")
    @ApiResponse(responseCode = "204", description = "The password is changed.")
    void change(@Valid @RequestBody ChangePasswordRequest body, Caller caller, HttpServletRequest request) {
        passwordChange.change(caller, body.currentPassword(), body.newPassword(), Origin.of(request));
    }
}
