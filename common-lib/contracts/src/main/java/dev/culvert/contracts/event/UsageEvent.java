package dev.culvert.contracts.event;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Measured consumption, on {@link Topics#USAGE}. */
public sealed interface UsageEvent extends DomainEvent {
    /**
     * Traffic of one tunnel by one user in a short interval (requirement R4.9). Intervals never overlap, so a sum over
     * distinct event ids is exact.
     *
     * @param requests requests that ended in the interval
     * @param errors those that ended with a 5xx status or were cut off
     * @param bytesIn body bytes from callers to the local service
     * @param bytesOut body bytes from the local service to callers
     */
    record TunnelTrafficMeasured(
            UUID tunnelId,
            UUID userId,
            Instant from,
            Instant to,
            long requests,
            long errors,
            long bytesIn,
            long bytesOut)
            implements UsageEvent {
        @Override
        public String subject() {
            return tunnelId.toString();
        }
    }

    /**
     * A limit refused calls of one caller within one second (requirement R6.8).
     *
     * @param limit name of the limit, e.g. {@code user-minute}
     * @param userId who called; absent where nobody was known
     * @param address client address
     * @param endpoint template of the path, e.g. {@code /api/v1/tunnels/**}
     * @param path path of the first of the calls
     * @param agent {@code User-Agent} of the first of the calls
     * @param correlationId {@code X-Correlation-ID} of the first of the calls
     * @param allowed calls the limit allows
     * @param degraded whether the gateway counted alone, without the other instances
     * @param calls how many were refused
     */
    record LimitViolated(
            String limit,
            @Nullable UUID userId,
            String address,
            String endpoint,
            String path,
            String method,
            @Nullable String agent,
            String correlationId,
            long allowed,
            boolean degraded,
            Instant from,
            long calls)
            implements UsageEvent {
        @Override
        public String subject() {
            return userId == null ? address : userId.toString();
        }
    }
}
