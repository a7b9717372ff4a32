package dev.culvert.tunnel.session;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Receives one record for each request that ended. Called on an event loop: must return at once, never block or throw. */
public interface TrafficMeter {
    void record(Traffic traffic);

    /**
     * One request through a tunnel.
     *
     * @param userId the caller, who need not be the tunnel's owner
     * @param status status sent to the caller; 0 when the caller left before there was one
     * @param bytesIn body bytes from the caller to the local service
     * @param bytesOut body bytes from the local service to the caller
     */
    record Traffic(
            UUID tunnelId,
            UUID tenantId,
            UUID userId,
            String method,
            int status,
            long bytesIn,
            long bytesOut,
            Instant startedAt,
            Duration duration,
            Outcome outcome) {}

    /** How a request ended. */
    enum Outcome {
        /** The answer of the local service was passed on to its end, whatever its status. */
        COMPLETED,
        /** Answered with a problem by us: no agent, local service down, over a limit. */
        REFUSED,
        /** The caller left before the end. */
        CALLER_GONE,
        /** The agent or the local service broke off in the middle of the answer. */
        CUT_OFF,
        /** Nothing moved for longer than the idle timeout. */
        TIMED_OUT
    }
}
