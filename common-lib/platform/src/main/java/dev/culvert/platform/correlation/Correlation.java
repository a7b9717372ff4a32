package dev.culvert.platform.correlation;

import dev.culvert.contracts.http.HeaderNames;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The correlation id of the work at hand (requirement R1.5). On servlet and consumer threads it lives in the log context;
 * reactive code keeps it in the exchange ({@link ReactiveCorrelation}).
 */
public final class Correlation {
    /** Header it travels in, both ways. */
    public static final String HEADER = HeaderNames.CORRELATION_ID;

    /** Name in the log context. */
    public static final String MDC_KEY = "correlation_id";

    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    private Correlation() {}

    /** The id of the current thread's work. */
    public static Optional<String> current() {
        return Optional.ofNullable(MDC.get(MDC_KEY));
    }

    /** The id of the current thread's work, or a new one where there is none. */
    public static String currentOrNew() {
        return current().orElseGet(() -> UUID.randomUUID().toString());
    }

    /** What a caller sent if it is safe to log and to pass on, else a new id. */
    public static String accept(@Nullable String sent) {
        return sent != null && SAFE.matcher(sent).matches()
                ? sent
                : UUID.randomUUID().toString();
    }

    /**
     * Makes {@code id} the current one until the returned handle is closed, on this thread only. Closing restores the
     * whole log context, so that whatever was added for this piece of work (user, tenant) ends with it.
     */
    public static Open open(String id) {
        Map<String, String> before = Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
        MDC.put(MDC_KEY, id);
        return () -> MDC.setContextMap(before);
    }

    /** Ends a correlation. */
    @FunctionalInterface
    public interface Open extends AutoCloseable {
        @Override
        void close();
    }
}
