package dev.culvert.gateway.identity;

import dev.culvert.contracts.http.HeaderNames;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/** What a caller shows to prove who they are. */
sealed interface Credential {
    /** What API keys begin with. */
    String KEY_PREFIX = "cvt_";

    /** The secret itself; never logged. */
    String value();

    /** Header it came in. */
    String header();

    /** An access token, of auth-service unless it turns out to be another issuer's. */
    record AccessToken(String value, String header) implements Credential {
        @Override
        public String toString() {
            return "AccessToken[...]";
        }
    }

    /**
     * A JWT of another issuer, which only auth-service can judge.
     *
     * @param issuer whom it claims to be from
     */
    record ExternalToken(String value, String header, String issuer) implements Credential {
        @Override
        public String toString() {
            return "ExternalToken[...]";
        }
    }

    /** A long-lived key, which only auth-service can read. */
    record ApiKey(String value, String header) implements Credential {
        @Override
        public String toString() {
            return "ApiKey[...]";
        }
    }

    /**
     * The credential of a request. {@code X-API-Key} comes first: who sends it keeps {@code Authorization} for the
     * application behind a tunnel.
     */
    static Optional<Credential> of(HttpHeaders headers) {
        String key = headers.getFirst(HeaderNames.API_KEY);
        if (key != null) {
            return Optional.of(new ApiKey(key, HeaderNames.API_KEY));
        }
        String authorization = headers.getFirst(HttpHeaders.AUTHORIZATION);
        if (authorization == null) {
            return Optional.empty();
        }
        String bearer = authorization.substring(authorization.indexOf(' ') + 1).strip();
        return Optional.of(
                bearer.startsWith(KEY_PREFIX)
                        ? new ApiKey(bearer, HttpHeaders.AUTHORIZATION)
                        : new AccessToken(bearer, HttpHeaders.AUTHORIZATION));
    }

    /** SHA-256 of the whole credential: caches hold this, so that a heap dump shows no secret. */
    default String digest() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(value().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
