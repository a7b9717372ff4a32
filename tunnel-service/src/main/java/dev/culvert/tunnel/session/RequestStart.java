package dev.culvert.tunnel.session;

import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A request that was let in to a tunnel; what came with it, and before anything became of it.
 *
 * @param requestId new for each request
 * @param userId the caller, who need not be the tunnel's owner
 * @param correlationId {@code X-Correlation-ID}, the caller's or one made here
 * @param path raw path and query, as the local service will see them
 * @param grant by what right the caller was let in
 * @param part which part of which answer is asked for; empty where nobody else could go on with it
 * @param headers as the caller sent them, without its credentials for the suite; only to be read
 */
public record RequestStart(
        UUID requestId,
        UUID tunnelId,
        UUID tenantId,
        UUID userId,
        Protocol protocol,
        String correlationId,
        String method,
        String path,
        HttpHeaders headers,
        Instant startedAt,
        Grant grant,
        Optional<AnswerPart> part) {

    /** A request of the tunnel's owner. */
    public RequestStart(
            UUID requestId,
            UUID tunnelId,
            UUID tenantId,
            UUID userId,
            Protocol protocol,
            String correlationId,
            String method,
            String path,
            HttpHeaders headers,
            Instant startedAt) {
        this(
                requestId,
                tunnelId,
                tenantId,
                userId,
                protocol,
                correlationId,
                method,
                path,
                headers,
                startedAt,
                Grant.OWNER,
                Optional.empty());
    }
}
