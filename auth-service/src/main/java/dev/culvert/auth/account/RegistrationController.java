package dev.culvert.auth.account;

import dev.culvert.platform.access.Access;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class RegistrationController {
    private final RegistrationService registration;

    RegistrationController(RegistrationService registration) {
        this.registration = registration;
    }

    @Access(open = true)
    @PostMapping("/api/v1/auth/register")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Register",
            description =
                    "Makes an account with a personal tenant and mails a link that confirms the address."
                            + " 409 ALREADY_EXISTS when the username or address is taken, 400 VALIDATION_ERROR names every refused field.")
    RegisterResponse register(@Valid @RequestBody RegisterRequest request) {
        return RegisterResponse.of(registration.register(request));
    }
}
