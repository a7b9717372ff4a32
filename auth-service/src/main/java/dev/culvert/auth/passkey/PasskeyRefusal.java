package dev.culvert.auth.passkey;

import com.webauthn4j.util.exception.WebAuthnException;
import com.webauthn4j.verifier.exception.BadAlgorithmException;
import com.webauthn4j.verifier.exception.BadOriginException;
import com.webauthn4j.verifier.exception.BadRpIdException;
import com.webauthn4j.verifier.exception.BadSignatureException;
import com.webauthn4j.verifier.exception.BadTopOriginException;
import com.webauthn4j.verifier.exception.CrossOriginException;
import com.webauthn4j.verifier.exception.MaliciousCounterValueException;
import com.webauthn4j.verifier.exception.NotAllowedAlgorithmException;
import com.webauthn4j.verifier.exception.UserNotPresentException;
import com.webauthn4j.verifier.exception.UserNotVerifiedException;
import dev.culvert.auth.signin.Proof;
import java.util.Locale;
import java.util.Optional;

/** Why an answer of a passkey was refused. */
enum PasskeyRefusal {
    CHALLENGE("The challenge is unknown, too old, used before or was given for something else; ask for new options."),
    UNKNOWN("This passkey is not registered here for this account; choose another one."),
    ORIGIN("The passkey was used on a page of another origin than this service's."),
    RELYING_PARTY("The passkey belongs to another service."),
    USER_VERIFICATION("The device has not verified its owner; unlock the passkey by PIN, fingerprint or face."),
    SIGNATURE("The signature is not the passkey's."),
    COUNTER("The passkey's counter went back, so it may have been copied; remove it and register a new one."),
    ALGORITHM("The passkey's algorithm is none of those that were asked for."),
    RESPONSE("The answer is not the one a passkey gives to this request.");

    private final String detail;

    PasskeyRefusal(String detail) {
        this.detail = detail;
    }

    /** What a step of WebAuthn §7.1 or §7.2 means that failed; keys that cannot be computed with fail there too. */
    static PasskeyRefusal of(WebAuthnException failed) {
        return switch (failed) {
            case BadOriginException _, BadTopOriginException _, CrossOriginException _ -> ORIGIN;
            case BadRpIdException _ -> RELYING_PARTY;
            case UserNotVerifiedException _, UserNotPresentException _ -> USER_VERIFICATION;
            case BadSignatureException _ -> SIGNATURE;
            case MaliciousCounterValueException _ -> COUNTER;
            case BadAlgorithmException _, NotAllowedAlgorithmException _ -> ALGORITHM;
            default -> RESPONSE;
        };
    }

    String detail() {
        return detail;
    }

    /** The exact code for the caller, e.g. {@code PASSKEY_ORIGIN}. */
    String alias() {
        return "PASSKEY_" + name();
    }

    /** The word in audit records, e.g. {@code passkey_origin}. */
    String result() {
        return alias().toLowerCase(Locale.ROOT);
    }

    <T> Proof<T> refused() {
        return new Proof.Refused<>(new Proof.Refusal(result(), Optional.of(alias()), detail));
    }
}
