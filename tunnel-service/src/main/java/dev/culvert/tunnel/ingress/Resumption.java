package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.http.HeaderNames;
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

/**
 * How the rest of one answer is asked for when the connection it came over is lost: the agent keeps it under a key that is made
 * of a secret of this request, the tunnel and the caller, so nobody else can ask for it.
 *
 * @param key for the agent
 * @param wanted whether the gateway gave the secret and can ask for the rest at another replica
 * @param rest what the gateway asks for; empty for an ordinary request
 */
record Resumption(String key, boolean wanted, Optional<Rest> rest) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern OFFSET = Pattern.compile("[0-9]{1,18}");
    private static final int SECRET_BYTES = 16;

    /**
     * The part of an answer that is still to come.
     *
     * @param agent process that keeps the answer
     * @param offset bytes of its body that have arrived
     */
    record Rest(String agent, long offset) {}

    /** Reads what the gateway says; without a secret of its own one is made up. */
    static Resumption of(HttpHeaders request, UUID tunnelId, UUID userId) {
        String secret = request.get(HeaderNames.RESUME_TOKEN);
        String agent = request.get(HeaderNames.RESUME_AGENT);
        String from = request.get(HeaderNames.RESUME_FROM);
        boolean forRest = secret != null
                && agent != null
                && from != null
                && OFFSET.matcher(from).matches();
        return new Resumption(
                key(secret == null ? newSecret() : secret, tunnelId, userId),
                secret != null,
                forRest ? Optional.of(new Rest(agent, Long.parseLong(from))) : Optional.empty());
    }

    private static String newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    private static String key(String secret, UUID tunnelId, UUID userId) {
        try {
            byte[] named = (tunnelId + " " + userId + " " + secret).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(named));
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
                .set(TunnelProtocol.RESUME_KEY_HEADER, key)
                .set(TunnelProtocol.RESUME_FROM_HEADER, Long.toString(missing.offset()));
    }

    @Override
    public String toString() {
        return "Resumption[wanted=" + wanted + ", rest=" + rest + "]";
    }
}
