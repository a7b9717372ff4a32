package dev.culvert.auth.application;

import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** An application as its owner sees it. {@code clientSecret} is there once: in the answer that made it. */
record ApplicationResponse(
        UUID id,

        @Schema(description = "the same as id, by its OAuth name")
        UUID clientId,

        @Schema(example = "Reading list") String name,

        @Schema(description = "of confidential applications, shown only now")
        Optional<String> clientSecret,

        List<String> redirectUris,
        List<String> postLogoutRedirectUris,
        List<String> scopes,
        boolean confidential,
        boolean trusted,
        boolean deviceFlow,
        Instant createdAt,
        Instant updatedAt) {

    static ApplicationResponse of(Application application) {
        return of(application, Optional.empty());
    }

    static ApplicationResponse of(Application application, Optional<String> secret) {
        return new ApplicationResponse(
                application.id(),
                application.id(),
                application.name(),
                secret,
                application.redirectUris(),
                application.postLogoutRedirectUris(),
                application.scopes().stream().sorted().toList(),
                application.confidential(),
                application.trusted(),
                application.deviceFlow(),
                application.createdAt(),
                application.updatedAt());
    }

    /** Leaves the secret out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "ApplicationResponse[" + id + "]";
    }
}
