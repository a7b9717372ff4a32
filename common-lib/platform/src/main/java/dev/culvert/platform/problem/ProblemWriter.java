package dev.culvert.platform.problem;

import dev.culvert.contracts.problem.Problem;
import dev.culvert.contracts.problem.ProblemCode;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns any failure into the one error body and the headers that go with it, and logs failures of ours once. Knows no
 * web framework: servlet, WebFlux and Netty code copy the answer to their own response.
 */
public final class ProblemWriter {
    private static final Logger log = LoggerFactory.getLogger(ProblemWriter.class);

    private final List<ProblemTranslator> translators;
    private final JsonMapper json;
    private final Clock clock;

    /** Asks {@code translators} in order about exceptions that are no {@link ProblemException}. */
    public ProblemWriter(List<ProblemTranslator> translators, JsonMapper json, Clock clock) {
        this.translators = List.copyOf(translators);
        this.json = json;
        this.clock = clock;
    }

    /**
     * The answer to a failure.
     *
     * @param instance path of the request without query
     * @param requestId the correlation id
     */
    public ProblemAnswer answer(Throwable failure, String instance, String requestId) {
        ProblemException problem = translate(failure);
        log(problem, failure, instance);
        Problem body = Problem.of(
                problem.code(),
                problem.detail(),
                instance,
                requestId,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                problem.violations(),
                problem.alias().orElse(null));
        return new ProblemAnswer(body, headers(problem));
    }

    /** The body as UTF-8 JSON. */
    public byte[] toJson(Problem problem) {
        return json.writeValueAsBytes(problem);
    }

    private ProblemException translate(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException known) {
                return known;
            }
        }
        return translators.stream()
                .flatMap(translator -> translator.translate(failure).stream())
                .findFirst()
                .orElseGet(() -> new ProblemException(
                        ProblemCode.INTERNAL_ERROR, "The request failed through a fault of ours.", failure));
    }

    private static void log(ProblemException problem, Throwable failure, String instance) {
        // A 502 is the fault of a service behind us and answered as such: nobody has to act on it here.
        if (problem.code() == ProblemCode.INTERNAL_ERROR) {
            log.atError()
                    .setCause(failure)
                    .addKeyValue("error_code", problem.code())
                    .addKeyValue("path", instance)
                    .log("Request failed");
        } else {
            log.atDebug()
                    .addKeyValue("error_code", problem.code())
                    .addKeyValue("path", instance)
                    .log("Request refused");
        }
    }

    private static Map<String, String> headers(ProblemException problem) {
        Map<String, String> headers = new LinkedHashMap<>(problem.headers());
        headers.put("Content-Type", Problem.MEDIA_TYPE);
        headers.put("Cache-Control", "no-store");
        problem.retryAfter().ifPresent(wait -> headers.put("Retry-After", Long.toString(secondsUp(wait))));
        if (problem.code().status() == 401) {
            headers.putIfAbsent("WWW-Authenticate", challenge(problem.code()));
        }
        return Map.copyOf(headers);
    }

    /** RFC 6750 §3: no error attribute when the request carried no credentials at all. */
    private static String challenge(ProblemCode code) {
        return code == ProblemCode.AUTH_TOKEN_MISSING ? "Bearer" : "Bearer error=\"invalid_token\"";
    }

    private static long secondsUp(Duration duration) {
        return Math.max(1, duration.plusNanos(999_999_999).toSeconds());
    }
}
