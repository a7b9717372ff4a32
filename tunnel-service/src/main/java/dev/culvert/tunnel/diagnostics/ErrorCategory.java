package dev.culvert.tunnel.diagnostics;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Whose doing a failed request was. */
enum ErrorCategory {
    /** No agent was connected, or it was lost before the answer. */
    AGENT_OFFLINE,
    /** The agent does not reach the local service. */
    LOCAL_UNREACHABLE,
    /** The local service, or the agent, broke off or spoke something that is no HTTP. */
    BROKEN_ANSWER,
    /** Nothing moved for too long. */
    TIMEOUT,
    /** The local service answered with a 5xx status of its own. */
    LOCAL_FAILURE,
    /** More requests at once than the tunnel, the agent or the service takes. */
    LIMIT,
    /** The caller lacks a right. */
    ACCESS,
    /** The request cannot be passed on as it is. */
    REQUEST,
    /** A fault of the suite. */
    INTERNAL;

    /** The category of a request that failed; empty for one that did not, also where its caller left. */
    static Optional<ErrorCategory> of(Traffic traffic) {
        Outcome outcome = traffic.outcome();
        if (outcome == Outcome.TIMED_OUT) {
            return Optional.of(TIMEOUT);
        }
        if (outcome == Outcome.CUT_OFF) {
            return Optional.of(BROKEN_ANSWER);
        }
        Optional<ErrorCategory> told = traffic.course().problem().map(ErrorCategory::of);
        if (told.isPresent()) {
            return told;
        }
        return outcome == Outcome.COMPLETED && traffic.status() >= 500 ? Optional.of(LOCAL_FAILURE) : Optional.empty();
    }

    private static ErrorCategory of(ProblemCode code) {
        return switch (code) {
            case AGENT_OFFLINE -> AGENT_OFFLINE;
            case TARGET_UNREACHABLE -> LOCAL_UNREACHABLE;
            case UPSTREAM_ERROR -> BROKEN_ANSWER;
            case REQUEST_TIMEOUT -> TIMEOUT;
            case TOO_MANY_STREAMS, SERVICE_UNAVAILABLE -> LIMIT;
            default ->
                switch (code.category()) {
                    case AUTHENTICATION, AUTHORIZATION -> ACCESS;
                    case RATE_LIMIT -> LIMIT;
                    case VALIDATION, NOT_FOUND, CONFLICT -> REQUEST;
                    case SERVER, SERVICE_UNAVAILABLE -> INTERNAL;
                };
        };
    }

    /** Name in answers, rows and metric labels. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ErrorCategory> named(String wireName) {
        return Arrays.stream(values())
                .filter(category -> category.wireName().equals(wireName))
                .findFirst();
    }
}
