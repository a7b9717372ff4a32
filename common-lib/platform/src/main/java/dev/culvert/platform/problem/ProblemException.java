package dev.culvert.platform.problem;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A failure that is answered with the common error body (requirement X-2). Immutable: each {@code with…} method returns
 * a copy. Refusals of a caller carry no stack trace, failures of ours do.
 */
public final class ProblemException extends RuntimeException {
    private final ProblemCode code;
    private final String detail;
    private final Extras extras;

    private record Extras(
            List<Violation> violations,
            @Nullable String alias,
            @Nullable Duration retryAfter,
            Map<String, String> headers) {}

    /**
     * A refusal.
     *
     * @param detail what happened and what to do next; goes to the caller, so never another exception's text or a secret
     */
    public ProblemException(ProblemCode code, String detail) {
        this(code, detail, new Extras(List.of(), null, null, Map.of()), null);
    }

    /** A failure with the reason for the log; the cause is never shown to the caller. */
    public ProblemException(ProblemCode code, String detail, Throwable cause) {
        this(code, detail, new Extras(List.of(), null, null, Map.of()), cause);
    }

    private ProblemException(ProblemCode code, String detail, Extras extras, @Nullable Throwable cause) {
        super(code + ": " + detail, cause, true, code.status() >= 500);
        this.code = code;
        this.detail = detail;
        this.extras = extras;
    }

    /** The same with the refused fields. */
    public ProblemException withViolations(List<Violation> violations) {
        return copy(new Extras(List.copyOf(violations), extras.alias, extras.retryAfter, extras.headers));
    }

    /** The same with the word older clients know for the code, sent as {@code error.details.alias}. */
    public ProblemException withAlias(String alias) {
        return copy(new Extras(extras.violations, alias, extras.retryAfter, extras.headers));
    }

    /** The same with a {@code Retry-After} header, rounded up to whole seconds. */
    public ProblemException withRetryAfter(Duration retryAfter) {
        return copy(new Extras(extras.violations, extras.alias, retryAfter, extras.headers));
    }

    /** The same with a response header, e.g. {@code Allow}. */
    public ProblemException withHeader(String name, String value) {
        Map<String, String> headers = new TreeMap<>(extras.headers);
        headers.put(name, value);
        return copy(new Extras(extras.violations, extras.alias, extras.retryAfter, Map.copyOf(headers)));
    }

    private ProblemException copy(Extras changed) {
        ProblemException copy = new ProblemException(code, detail, changed, getCause());
        copy.setStackTrace(getStackTrace());
        return copy;
    }

    public ProblemCode code() {
        return code;
    }

    /** What the caller is told. */
    public String detail() {
        return detail;
    }

    public List<Violation> violations() {
        return extras.violations;
    }

    public Optional<String> alias() {
        return Optional.ofNullable(extras.alias);
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(extras.retryAfter);
    }

    /** Response headers beside those that every problem has. */
    public Map<String, String> headers() {
        return extras.headers;
    }
}
