package dev.culvert.auth.application;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Public keys of an application. They are sent, not fetched from an address of the application, so nobody can make this
 * service call anywhere.
 */
final class ApplicationKeys {
    private static final int MOST = 10;
    private static final int SHORTEST_RSA = 2048;
    private static final int LONGEST_RSA = 4096;
    private static final Set<Curve> CURVES = Set.of(Curve.P_256, Curve.P_384);

    private final JWKSet keys;

    private ApplicationKeys(JWKSet keys) {
        this.keys = keys;
    }

    /**
     * Reads a key set (RFC 7517 §5).
     *
     * @throws ProblemException VALIDATION_ERROR when there is none, too many, or one that is private, weak or not for signing
     */
    static ApplicationKeys of(Map<String, Object> members) {
        JWKSet keys = parse(members);
        if (keys.isEmpty() || keys.size() > MOST) {
            throw refusal("needs 1 to " + MOST + " keys");
        }
        keys.getKeys().stream()
                .map(ApplicationKeys::fault)
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(fault -> {
                    throw refusal(fault);
                });
        return new ApplicationKeys(keys);
    }

    /** As stored. */
    String json() {
        return keys.toString(true);
    }

    private static JWKSet parse(Map<String, Object> members) {
        try {
            return JWKSet.parse(members);
        } catch (ParseException e) {
            throw refusal("is no JSON Web Key Set");
        }
    }

    private static Optional<String> fault(JWK key) {
        if (key.isPrivate()) {
            return Optional.of("has a private key, which nobody but the application may know; make another one");
        }
        if (key.getKeyUse() != null && !KeyUse.SIGNATURE.equals(key.getKeyUse())) {
            return Optional.of("has a key that is not for signing");
        }
        return usable(key)
                ? Optional.empty()
                : Optional.of("has a key that is neither EC on P-256 or P-384 nor RSA of 2048 to 4096 bits");
    }

    private static boolean usable(JWK key) {
        return switch (key) {
            case ECKey ec -> CURVES.contains(ec.getCurve());
            case RSAKey rsa -> rsa.size() >= SHORTEST_RSA && rsa.size() <= LONGEST_RSA;
            default -> false;
        };
    }

    private static ProblemException refusal(String reason) {
        return new ProblemException(ProblemCode.VALIDATION_ERROR, "These keys cannot be used.")
                .withViolations(List.of(new Violation("keys", reason)));
    }
}
