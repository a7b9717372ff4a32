package dev.culvert.contracts.event;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What looks like an attack, on {@link Topics#SECURITY}. */
public sealed interface SecurityEvent extends DomainEvent {
    /**
     * Requests of one caller within a second that looked like an attack, or came with a credential that does not hold
     * (requirements S3.9, S4.52).
     *
     * @param kind what was seen, e.g. {@code sql_injection} or {@code credential_revoked}
     * @param userId who called; absent where nobody was known
     * @param address client address
     * @param endpoint template of the path, e.g. {@code /api/v1/tunnels/**}
     * @param path path of the first of the requests, without query
     * @param correlationId {@code X-Correlation-ID} of the first of the requests
     * @param from when the first of them came
     * @param requests how many there were
     */
    record RequestSuspected(
            String kind,
            @Nullable UUID userId,
            String address,
            String method,
            String endpoint,
            String path,
            String correlationId,
            Instant from,
            long requests)
            implements SecurityEvent {
        @Override
        public String subject() {
            return userId == null ? address : userId.toString();
        }
    }
}
