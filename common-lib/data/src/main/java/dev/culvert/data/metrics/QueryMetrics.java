package dev.culvert.data.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import net.ttddyy.dsproxy.ExecutionInfo;
import net.ttddyy.dsproxy.QueryInfo;
import net.ttddyy.dsproxy.listener.QueryExecutionListener;

/** {@code db_query_duration_seconds}, {@code db_queries_total} and {@code db_query_errors_total} by {@code query_type}. */
final class QueryMetrics implements QueryExecutionListener {
    private static final String TAG = "query_type";
    private static final String START = "culvert.start";

    private final Supplier<MeterRegistry> registry;

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

        static QueryType of(String sql) {
            String start = sql.stripLeading();
            return Arrays.stream(values())
                    .filter(type -> start.regionMatches(
                            true, 0, type.name(), 0, type.name().length()))
                    .findFirst()
                    .orElse(OTHER);
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public void beforeQuery(ExecutionInfo execution, List<QueryInfo> queries) {
        // The library's own watch counts milliseconds, which most statements do not take.
        execution.addCustomValue(START, System.nanoTime());
    }

    @Override
    public void afterQuery(ExecutionInfo execution, List<QueryInfo> queries) {
        QueryType type = queries.isEmpty()
                ? QueryType.OTHER
                : QueryType.of(queries.getFirst().getQuery());
        Timer.builder("db.query.duration")
                .description("Time from sending a statement, or a batch, to its answer")
                .tag(TAG, type.label())
                .register(registry.get())
                .record(System.nanoTime() - execution.getCustomValue(START, Long.class), TimeUnit.NANOSECONDS);
        Counter.builder("db.queries")
                .tag(TAG, type.label())
                .register(registry.get())
                .increment(Math.max(1, queries.size()));
        if (!execution.isSuccess()) {
            Counter.builder("db.query.errors")
                    .tag(TAG, type.label())
                    .register(registry.get())
                    .increment();
        }
    }
}
