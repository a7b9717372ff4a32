package dev.culvert.tunnel.session;

import dev.culvert.contracts.problem.ProblemCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Told of each request that was let in to a tunnel. Called on event loops: must return at once, never block or throw. */
@FunctionalInterface
public interface TrafficMeter {
    /** A request begins. Who is content with its end need not override this. */
    default RequestObserver begin(RequestStart request) {
        return this::record;
    }

    /** A request has ended. */
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
            Outcome outcome,
            Course course) {

        /** Whether it failed by the suite's or the local service's doing: what usage and metrics call an error. */
        public boolean isError() {
            return switch (outcome) {
                case CUT_OFF, TIMED_OUT -> true;
                case COMPLETED, REFUSED, CALLER_GONE -> status >= 500;
            };
        }
    }

    /**
     * The way a request took.
     *
     * @param path raw path without the query, which may hold secrets
     * @param sessionId agent connection that carried it; absent when it never got so far
     * @param problem what the caller was told instead of the local service's answer
     */
    record Course(
            UUID requestId,
            String correlationId,
            String path,
            Protocol protocol,
            Optional<UUID> sessionId,
            Optional<ProblemCode> problem,
            Hops hops) {}

    /**
     * Where the time went. What was not reached is absent.
     *
     * @param checks from the head of the request to who calls and which tunnel is meant
     * @param queue until a stream to the agent was open
     * @param answer until the head of the answer was here: the link both ways, the agent and the local service
     * @param local part of {@code answer} that the local service took, as its agent measured it
     * @param body until the end
     */
    record Hops(
            Duration checks,
            Optional<Duration> queue,
            Optional<Duration> answer,
            Optional<Duration> local,
            Optional<Duration> body) {}

    /** What callers speak. */
    enum Protocol {
        HTTP_1_1("http/1.1"),
        WEBSOCKET("websocket");

        private final String wireName;

        Protocol(String wireName) {
            this.wireName = wireName;
        }

        /** Name in answers and metric labels. */
        public String wireName() {
            return wireName;
        }
    }

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
