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

    /**
     * A call of a known caller ended (requirements S2.35, S3.11). The event's id is made when the call ends, so that what is
     * counted by distinct ids is exact; its correlation id is the call's.
     *
     * @param apiKeyId key the caller came with; absent for callers who signed in
     * @param endpoint template of the path, e.g. {@code /api/v1/tunnels/{id}}
     * @param status what was answered; 499 when the client left before the answer was complete
     * @param durationMicros from the arrival of the request's head to the end of the answer
     * @param bytesIn body bytes of the request as they came in, without head
     * @param bytesOut body bytes of the answer as they went out, without head
     */
    record ApiCallEnded(
            UUID userId,
            @Nullable UUID apiKeyId,
            String method,
            String endpoint,
            int status,
            Instant startedAt,
            long durationMicros,
            long bytesIn,
            long bytesOut)
            implements UsageEvent {
        @Override
        public String subject() {
            return userId.toString();
        }
    }
}
