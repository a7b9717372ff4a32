package dev.culvert.auth.application;

import dev.culvert.auth.application.Application.PreviousSecret;
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

        @Schema(description = "what it proves itself with: none, secret or keys", example = "secret")
        String authentication,

        boolean trusted,
        boolean deviceFlow,

        @Schema(description = "until when the secret before the present one is good too")
        Optional<Instant> previousSecretValidUntil,

        @Schema(description = "when that one was last used, to within a minute")
        Optional<Instant> previousSecretLastUsedAt,

        Instant createdAt,
        Instant updatedAt) {

    static ApplicationResponse of(Application application, Optional<String> secret, Instant now) {
        Optional<PreviousSecret> previous =
                application.previousSecret().filter(known -> known.validUntil().isAfter(now));
        return new ApplicationResponse(
                application.id(),
                application.id(),
                application.name(),
                secret,
                application.redirectUris(),
                application.postLogoutRedirectUris(),
                application.scopes().stream().sorted().toList(),
                application.confidential(),
                authentication(application),
                application.trusted(),
                application.deviceFlow(),
                previous.map(PreviousSecret::validUntil),
                previous.flatMap(PreviousSecret::lastUsedAt),
                application.createdAt(),
                application.updatedAt());
    }

    private static String authentication(Application application) {
        if (!application.confidential()) {
            return "none";
        }
        return application.jwks().isPresent() ? "keys" : "secret";
    }

    /** Leaves the secret out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "ApplicationResponse[" + id + "]";
    }
}
