package dev.culvert.gateway.identity;

import dev.culvert.gateway.security.SecurityEvents;
import dev.culvert.platform.problem.ProblemException;
import java.text.ParseException;

/** Why a credential was refused, as the cause of the refusal: for the audit log (requirement S3.9), not for the caller. */
final class RefusedCredential extends Exception {
    private static final long serialVersionUID = 1;

    private final SecurityEvents.Type type;

    RefusedCredential(SecurityEvents.Type type) {
        super(type.name(), null, false, false);
        this.type = type;
    }

    /** For the reason that auth-service gives. */
    static RefusedCredential because(String reason) {
        return new RefusedCredential(
                switch (reason) {
                    case "malformed" -> SecurityEvents.Type.CREDENTIAL_MALFORMED;
                    case "expired" -> SecurityEvents.Type.CREDENTIAL_EXPIRED;
                    case "revoked" -> SecurityEvents.Type.CREDENTIAL_REVOKED;
                    default -> SecurityEvents.Type.CREDENTIAL_UNKNOWN;
                });
    }

    /** What to record of a refusal. */
    static SecurityEvents.Type typeOf(ProblemException refusal) {
        return switch (refusal.code()) {
            case AUTH_TOKEN_EXPIRED -> SecurityEvents.Type.CREDENTIAL_EXPIRED;
            case FORBIDDEN -> SecurityEvents.Type.CREDENTIAL_MISPLACED;
            default ->
                switch (refusal.getCause()) {
                    case RefusedCredential known -> known.type;
                    case ParseException _ -> SecurityEvents.Type.CREDENTIAL_MALFORMED;
                    case null, default -> SecurityEvents.Type.CREDENTIAL_UNKNOWN;
                };
        };
    }
}
