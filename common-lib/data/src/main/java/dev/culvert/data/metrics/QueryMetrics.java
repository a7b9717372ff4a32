package dev.culvert.data.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** {@code db_query_duration_seconds}, {@code db_queries_total} and {@code db_query_errors_total} by {@code query_type}. */
final class QueryMetrics {
    private static final String TAG = "query_type";

    private final Supplier<MeterRegistry> registry;
    private final Map<QueryType, Meters> meters = new ConcurrentHashMap<>();

    QueryMetrics(Supplier<MeterRegistry> registry) {
        this.registry = registry;
    }

    /** The first word of a statement, as far as it has a name of its own here. */
    enum QueryType {
        SELECT,
        INSERT,
        UPDATE,
        DELETE,
        OTHER;

        private static final QueryType[] ALL = values();

        private final String label = name().toLowerCase(Locale.ROOT);

        static QueryType of(String sql) {
            int start = 0;
            while (start < sql.length() && Character.isWhitespace(sql.charAt(start))) {
                start++;
            }
            for (QueryType type : ALL) {
                if (sql.regionMatches(true, start, type.label, 0, type.label.length())) {
                    return type;
                }
            }
            return OTHER;
        }
    }

    /** Looked up once for each type: a look-up for each statement would cost more than counting it. */
    private record Meters(Timer duration, Counter count, Counter errors) {
        static Meters of(MeterRegistry registry, QueryType type) {
            return new Meters(
                    Timer.builder("db.query.duration")
                            .description("Time from sending a statement, or a batch, to its answer")
                            .tag(TAG, type.label)
                            .register(registry),
                    Counter.builder("db.queries").tag(TAG, type.label).register(registry),
                    Counter.builder("db.query.errors").tag(TAG, type.label).register(registry));
        }
    }

    /** Notes a statement, or a batch, that began at {@code startNanos} of {@link System#nanoTime} and has just ended. */
    void ended(QueryType type, long startNanos, boolean success) {
        Meters ofType = meters.computeIfAbsent(type, wanted -> Meters.of(registry.get(), wanted));
        ofType.duration().record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
        ofType.count().increment();
        if (!success) {
            ofType.errors().increment();
        }
    }
}
