package dev.culvert.auth.authorization;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/oauth/consents")
@Tag(name = "OAuth applications")
class ConsentController {
    private final Consents consents;
    private final Grants grants;
    private final SystemWork work;

    ConsentController(Consents consents, Grants grants, SystemWork work) {
        this.consents = consents;
        this.grants = grants;
        this.work = work;
    }

    record ConsentResponse(
            UUID applicationId,
            @Schema(example = "Reading list") String applicationName,

            @Schema(example = "[\"openid\", \"tunnels:read\"]")
            List<String> scopes,

            Instant grantedAt) {}

    record ConsentList(List<ConsentResponse> items) {}

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping
    @Operation(summary = "List consents", description = "What you allowed which application.")
    ConsentList list(Caller caller) {
        return new ConsentList(work.call(() -> consents.of(caller.userId())).stream()
                .map(consent -> new ConsentResponse(
                        consent.applicationId(),
                        consent.applicationName(),
                        consent.scopes().stream().sorted().toList(),
                        consent.grantedAt()))
                .toList());
    }

    @Access(scope = Scope.PROFILE_WRITE)
    @DeleteMapping("/{applicationId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Take a consent back",
            description = "The application's tokens that act for you stop working; next time it has to ask again.")
    void withdraw(Caller caller, @PathVariable UUID applicationId) {
        boolean existed = work.call(() -> {
            grants.endAll(applicationId, caller.userId());
            return consents.delete(caller.userId(), applicationId);
        });
        if (!existed) {
            throw new ProblemException(ProblemCode.NOT_FOUND, "You gave no consent to such an application.");
        }
    }
}
