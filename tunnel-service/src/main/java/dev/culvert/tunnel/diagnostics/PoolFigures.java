package dev.culvert.tunnel.diagnostics;

import dev.culvert.tunnel.session.SessionFigures;
import dev.culvert.tunnel.session.SessionFigures.Health;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/**
 * Agent connections of one replica and the requests (streams) on them.
 *
 * @param maxRequests most requests their agents take at once
 * @param utilization share of that in use, 0 to 1
 */
record PoolFigures(
        @Schema(example = "2") int connections,
        @Schema(example = "0") int suspect,
        @Schema(example = "0") int draining,
        @Schema(example = "12") long requests,
        @Schema(example = "510") long maxRequests,
        @Schema(example = "0.02") double utilization) {

    static PoolFigures of(List<SessionFigures> sessions) {
        long requests = sessions.stream().mapToLong(SessionFigures::requests).sum();
        long most = sessions.stream().mapToLong(SessionFigures::maxRequests).sum();
        return new PoolFigures(
                sessions.size(),
                with(Health.SUSPECT, sessions),
                with(Health.DRAINING, sessions),
                requests,
                most,
                most == 0 ? 0 : Math.min(1.0, (double) requests / most));
    }

    private static int with(Health health, List<SessionFigures> sessions) {
        return Math.toIntExact(
                sessions.stream().filter(session -> session.health() == health).count());
    }
}
