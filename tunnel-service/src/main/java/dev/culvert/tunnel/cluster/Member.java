package dev.culvert.tunnel.cluster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;

/**
 * What a replica says of itself with each heartbeat.
 *
 * @param name unique among the replicas
 * @param incarnation new at each start
 * @param address host and port of its data port, for the other replicas
 * @param version of the software
 * @param beat counts heartbeats, so that others see that it lives without comparing clocks
 * @param revision counts the changes of its leases
 * @param agents connections it holds
 * @param requests requests it answers at the moment
 * @param draining whether it is going down and wants no new agents
 */
public record Member(
        String name,
        UUID incarnation,
        String address,
        String version,
        Instant startedAt,
        long beat,
        long revision,
        int agents,
        int requests,
        boolean draining) {
    private static final int TAG_BYTES = 6;

    /** Name of a replica as agents are told it, which need not know the operator's names. */
    public static String tag(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, TAG_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** Whether the other one tells of the same leases. */
    boolean sameLeases(Member other) {
        return incarnation.equals(other.incarnation) && revision == other.revision;
    }

    /** Whether this is what follows the other one. */
    boolean follows(Member other) {
        return incarnation.equals(other.incarnation) && revision == other.revision + 1;
    }
}
