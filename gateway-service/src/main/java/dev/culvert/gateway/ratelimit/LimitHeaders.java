package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import org.springframework.http.HttpHeaders;

/** How a decision is told to the caller (requirements R6.5, X-31). */
final class LimitHeaders {
    private static final int MILLIS_PER_SECOND = 1000;

    private LimitHeaders() {}

    static void tell(Decision decision, HttpHeaders headers) {
        headers.set("X-RateLimit-Limit", Integer.toString(decision.limit()));
        headers.set("X-RateLimit-Remaining", Integer.toString(decision.remaining()));
        headers.set("X-RateLimit-Reset", Long.toString(Math.ceilDiv(decision.resetAtMillis(), MILLIS_PER_SECOND)));
        if (decision.degraded()) {
            headers.set("X-Service-Status", "degraded");
        }
    }

    static ProblemException refusal(Decision decision) {
        return new ProblemException(
                        ProblemCode.RATE_LIMIT_EXCEEDED, "The limit of " + decision.limit() + " requests is reached.")
                .withRetryAfter(Duration.ofMillis(decision.resetAtMillis() - decision.nowMillis()));
    }
}
