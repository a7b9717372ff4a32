package dev.culvert.tunnel.peer;

import io.netty.handler.codec.http.HttpMessage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How replicas recognise each other: a MAC under a key derived from {@code SECRET_KEY}, which only services of one
 * installation have. Form of a pass: {@code v1.from.to.seconds.nonce.mac}. It is good for one replica, once, and for ten
 * minutes, so that clocks may differ by as much. The replica that is dialled proves itself by a MAC over the nonce.
 */
public final class PeerPass {
    private static final String SCHEME = "Culvert-Peer ";
    private static final String VERSION = "v1";
    private static final int PARTS = 6;
    private static final int NONCE_BYTES = 16;
    private static final Duration GOOD_FOR = Duration.ofMinutes(10);

    private final String self;
    private final Function<String, byte[]> mac;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentHashMap<String, Instant> used = new ConcurrentHashMap<>();

    /**
     * @param self name of this replica
     * @param mac keyed digest of a text
     */
    public PeerPass(String self, Function<String, byte[]> mac, Clock clock) {
        this.self = self;
        this.mac = mac;
        this.clock = clock;
    }

    /** For a replica that has no others: nobody can make a pass that is good for it. */
    public static PeerPass ofNobody(String self, Clock clock) {
        SecureRandom random = new SecureRandom();
        return new PeerPass(
                self,
                _ -> {
                    byte[] never = new byte[NONCE_BYTES];
                    random.nextBytes(never);
                    return never;
                },
                clock);
    }

    /**
     * A pass for one connection.
     *
     * @param authorization value of the Authorization header
     * @param proof what the other replica must answer
     */
    record Issued(String authorization, String proof) {
        /** Whether an answer comes from the replica this was issued for. */
        boolean isProvenBy(HttpMessage answer) {
            return MessageDigest.isEqual(
                    answer.headers().get(PeerProtocol.PROOF, "").getBytes(StandardCharsets.US_ASCII),
                    proof.getBytes(StandardCharsets.US_ASCII));
        }
    }

    Issued issue(String to) {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        String nonce = base64(bytes);
        String claims = String.join(
                ".",
                VERSION,
                encode(self),
                encode(to),
                Long.toString(clock.instant().getEpochSecond()),
                nonce);
        return new Issued(SCHEME + claims + '.' + sign(claims), proof(to, nonce));
    }

    /**
     * A pass that was accepted.
     *
     * @param from name of the replica that dialled
     * @param proof what to answer
     */
    record Accepted(String from, String proof) {}

    /** Empty if it is no pass for this replica, or was used before. */
    Optional<Accepted> accept(@Nullable String authorization) {
        if (authorization == null || !authorization.startsWith(SCHEME)) {
            return Optional.empty();
        }
        String pass = authorization.substring(SCHEME.length());
        String[] parts = pass.split("\\.", -1);
        if (parts.length != PARTS || !parts[0].equals(VERSION)) {
            return Optional.empty();
        }
        String claims = pass.substring(0, pass.lastIndexOf('.'));
        // First of all: nothing in it means anything before.
        if (!MessageDigest.isEqual(
                sign(claims).getBytes(StandardCharsets.US_ASCII), parts[5].getBytes(StandardCharsets.US_ASCII))) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Instant issued = Instant.ofEpochSecond(Long.parseLong(parts[3]));
        used.values().removeIf(until -> until.isBefore(now));
        boolean good = parts[2].equals(encode(self))
                && Duration.between(issued, now).abs().compareTo(GOOD_FOR) <= 0
                && used.putIfAbsent(parts[4], now.plus(GOOD_FOR.multipliedBy(2))) == null;
        return good ? Optional.of(new Accepted(decode(parts[1]), proof(self, parts[4]))) : Optional.empty();
    }

    private String proof(String by, String nonce) {
        return sign("proof." + encode(by) + '.' + nonce);
    }

    private String sign(String text) {
        return base64(mac.apply(text));
    }

    private static String encode(String name) {
        return base64(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String name) {
        return new String(Base64.getUrlDecoder().decode(name), StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
