package dev.culvert.user.preference;

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
@RequestMapping("/api/v1/users/preferences")
@Tag(name = "users", description = "Profiles, preferences and tenants.")
class PreferencesController {
    private final PreferencesService preferences;

    PreferencesController(PreferencesService preferences) {
        this.preferences = preferences;
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping
    @Operation(summary = "Own preferences")
    Preferences get(Caller caller) {
        return preferences.of(caller);
    }

    @Access(scope = Scope.PROFILE_WRITE)
    @PutMapping
    @Operation(summary = "Replace own preferences", description = "What the body leaves out goes back to its default.")
    Preferences put(Caller caller, @Valid @RequestBody Preferences chosen) {
        return preferences.replace(caller, chosen);
    }

    @Access(scope = Scope.PROFILE_WRITE)
    @PatchMapping(consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
    @Operation(
            summary = "Change some preferences",
            description = "JSON Merge Patch: what the body leaves out stays, null goes back to the default.",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = Preferences.class))))
    Preferences patch(Caller caller, @RequestBody ObjectNode patch) {
        return preferences.patch(caller, patch);
    }
}
