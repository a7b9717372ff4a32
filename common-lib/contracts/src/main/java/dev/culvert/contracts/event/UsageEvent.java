package dev.culvert.contracts.event;

import java.time.Instant;
import java.util.UUID;

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
}
