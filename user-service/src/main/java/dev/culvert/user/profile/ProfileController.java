package dev.culvert.user.profile;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

@RestController
@RequestMapping("/api/v1/users/profile")
@Tag(name = "users")
class ProfileController {
    private final ProfileService profiles;

    ProfileController(ProfileService profiles) {
        this.profiles = profiles;
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping
    @Operation(
            summary = "Own profile",
            description =
                    "In the moment after a registration it may answer 503 with Retry-After: the profile is being made.")
    ProfileResponse get(Caller caller) {
        return profiles.own(caller);
    }

    @Access(scope = Scope.PROFILE_WRITE)
    @PutMapping
    @Operation(summary = "Replace own profile", description = "What the body leaves out is empty afterwards.")
    ProfileResponse put(Caller caller, @Valid @RequestBody UpdateProfileRequest request) {
        return profiles.replace(caller, request);
    }

    @Access(scope = Scope.PROFILE_WRITE)
    @PatchMapping(consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
    @Operation(
            summary = "Change parts of own profile",
            description = "JSON Merge Patch: what the body leaves out stays, null empties.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = UpdateProfileRequest.class))))
    ProfileResponse patch(Caller caller, @RequestBody ObjectNode patch) {
        return profiles.patch(caller, patch);
    }
}
