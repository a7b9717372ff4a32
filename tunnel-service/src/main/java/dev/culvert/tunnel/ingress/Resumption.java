package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.tunnel.session.AnswerPart;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the rest of one answer is asked for when the connection it came over is lost: the agent keeps it under a key that is made
 * of a secret of this request, the tunnel and the caller, so nobody else can ask for it. Used by the loop of the caller's
 * connection; {@link #isWanted} by any.
 */
final class Resumption {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern OFFSET = Pattern.compile("[0-9]{1,18}");
    private static final int SECRET_BYTES = 16;

    private final Optional<String> secret;
    private final Optional<Rest> rest;
    private final String owner;
    private @Nullable String key;

    /**
     * The part of an answer that is still to come.
     *
     * @param agent process that keeps the answer
     * @param offset bytes of its body that have arrived
     */
    record Rest(String agent, long offset) {}

    /** Reads what the gateway says; without a secret of its own one is made up. */
    Resumption(HttpHeaders request, UUID tunnelId, UUID userId) {
        secret = Optional.ofNullable(request.get(HeaderNames.RESUME_TOKEN));
        owner = tunnelId + " " + userId + " ";
        String agent = request.get(HeaderNames.RESUME_AGENT);
        String from = request.get(HeaderNames.RESUME_FROM);
        rest = secret.isPresent()
                        && agent != null
                        && from != null
                        && OFFSET.matcher(from).matches()
                ? Optional.of(new Rest(agent, Long.parseLong(from)))
                : Optional.empty();
    }

    /** Whether the gateway gave the secret and can ask for the rest at another replica. */
    boolean isWanted() {
        return secret.isPresent();
    }

    /** What the gateway asks for; empty for an ordinary request. */
    Optional<Rest> rest() {
        return rest;
    }

    /** What the gateway may ask for at another replica, or does here; empty if it will not. */
    Optional<AnswerPart> part() {
        return isWanted()
                ? Optional.of(new AnswerPart(key(), rest.map(Rest::offset).orElse(0L)))
                : Optional.empty();
    }

    /** Name of the answer at the agent. */
    String key() {
        String known = key;
        if (known == null) {
            known = digest(owner + secret.orElseGet(Resumption::newSecret));
            key = known;
        }
        return known;
    }

    private static String newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** Head of a request to the agent for the rest. */
    Http2Headers headFor(Rest missing) {
        return new DefaultHttp2Headers()
                .method(HttpMethod.GET.asciiName())
                .scheme("http")
                .path("/")
                .set(TunnelProtocol.RESUME_KEY_HEADER, key())
                .set(TunnelProtocol.RESUME_FROM_HEADER, Long.toString(missing.offset()));
    }
}
