package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import org.springframework.http.HttpHeaders;

/**
 * How a decision is told to the caller (requirements R6.5, X-31): the customary three, and the fields of
 * draft-ietf-httpapi-ratelimit-headers. All speak of the tightest limit.
 */
final class LimitHeaders {
    private static final int MILLIS_PER_SECOND = 1000;

    private LimitHeaders() {}

    static void tell(Decision decision, HttpHeaders headers) {
        Window window = decision.window();
        String remaining = Integer.toString(decision.remaining());
        headers.set("X-RateLimit-Limit", Integer.toString(decision.limit()));
        headers.set("X-RateLimit-Remaining", remaining);
        headers.set("X-RateLimit-Reset", Long.toString(Math.ceilDiv(decision.resetAtMillis(), MILLIS_PER_SECOND)));
        headers.set("X-RateLimit-Policy", window.name());
        headers.set(
                "RateLimit-Policy",
                '"' + window.name() + "\";q=" + decision.limit() + ";w="
                        + window.span().seconds());
        headers.set("RateLimit", '"' + window.name() + "\";r=" + remaining + ";t=" + seconds(decision));
        if (decision.degraded()) {
            headers.set("X-Service-Status", "degraded");
        }
    }

    /** Requirement R6.4a; the wait is in milliseconds. */
    static void tellTurn(Window paced, Decision decision, HttpHeaders headers) {
        long position = Math.ceilDiv(decision.turnMillis(), Math.max(1, paced.paceMillis()));
        headers.set("X-Queue-Position", Long.toString(position));
        headers.set("X-Queue-Wait-Time", Long.toString(decision.turnMillis()));
    }

    static ProblemException refusal(Decision decision) {
        Window window = decision.window();
        ProblemCode code =
                window.name().equals(Charges.USER_MONTH) ? ProblemCode.QUOTA_EXCEEDED : ProblemCode.RATE_LIMIT_EXCEEDED;
        ProblemException refusal = new ProblemException(
                        code, "The limit '" + window.name() + "' of " + decision.limit() + " requests is reached.")
                .withRetryAfter(Duration.ofSeconds(seconds(decision)));
        return window.alias().isEmpty() ? refusal : refusal.withAlias(window.alias());
    }

    private static long seconds(Decision decision) {
        return Math.max(0, Math.ceilDiv(decision.resetAtMillis() - decision.nowMillis(), MILLIS_PER_SECOND));
    }
}
