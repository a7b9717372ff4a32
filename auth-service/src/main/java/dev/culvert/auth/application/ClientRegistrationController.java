package dev.culvert.auth.application;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * Registration of applications in the form of RFC 7591, for programs that register themselves. The initial access token is
 * a token of whoever is to own the application; without an owner there is no registration. Off unless switched on.
 */
@RestController
@Tag(name = "OAuth", description = "Metadata and registration of the OAuth 2.0 and OpenID Connect server.")
class ClientRegistrationController {
    private final ApplicationService applications;
    private final ApplicationProperties properties;

    ClientRegistrationController(ApplicationService applications, ApplicationProperties properties) {
        this.applications = applications;
        this.properties = properties;
    }

    @Access(scope = Scope.KEYS_MANAGE)
    @PostMapping(path = ApplicationProperties.REGISTRATION_PATH, consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Register an application in the form of RFC 7591",
            description = "404 NOT_FOUND where the operator has not switched it on.")
    ResponseEntity<Map<String, Object>> register(Caller caller, @RequestBody Map<String, Object> metadata) {
        if (!properties.dynamicRegistration()) {
            throw new ProblemException(ProblemCode.NOT_FOUND, "Dynamic registration is switched off here.");
        }
        try {
            ClientMetadata asked = ClientMetadata.of(metadata);
            ApplicationResponse created = applications.create(caller, asked.request());
            return ResponseEntity.status(HttpStatus.CREATED)
                    .cacheControl(CacheControl.noStore())
                    .body(asked.answer(created));
        } catch (ClientMetadata.RefusedException refused) {
            return refusal(refused.error(), refused.description());
        } catch (ProblemException problem) {
            if (problem.code() != ProblemCode.VALIDATION_ERROR) {
                throw problem;
            }
            boolean address = problem.violations().stream()
                    .anyMatch(violation -> violation.field().equals("redirectUris"));
            return refusal(address ? "invalid_redirect_uri" : "invalid_client_metadata", problem.detail());
        }
    }

    /** RFC 7591 §3.2.2. */
    private static ResponseEntity<Map<String, Object>> refusal(String error, String description) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", error);
        body.put("error_description", description);
        return ResponseEntity.badRequest().cacheControl(CacheControl.noStore()).body(body);
    }
}
