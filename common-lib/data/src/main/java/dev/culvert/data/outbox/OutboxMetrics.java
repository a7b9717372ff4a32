package dev.culvert.data.outbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * How the outbox is doing: {@code messages_published_total{topic}}, {@code culvert_outbox_failures_total}, {@code
 * culvert_outbox_pending_events} and {@code culvert_outbox_oldest_age_seconds}.
 */
final class OutboxMetrics implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OutboxMetrics.class);
    private static final Duration REFRESH = Duration.ofSeconds(10);

    /** Counting stops here: more only means that something is very wrong. */
    private static final int COUNT_LIMIT = 100_000;

    private static final String BACKLOG = """
            SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT ?) AS pending),
                   coalesce((SELECT extract(epoch FROM now() - occurred_at) FROM outbox ORDER BY position LIMIT 1), 0)""";

    private record Backlog(long pending, double oldestAgeSeconds) {}

    private final JdbcTemplate jdbc;
    private final MeterRegistry registry;
    private final Counter failures;
    // Asked by a thread of its own, so that a scrape never waits for PostgreSQL and a stalled relay still shows.
    private final ScheduledExecutorService refresher = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("outbox-metrics").factory());
    private volatile Backlog backlog = new Backlog(0, 0);

    OutboxMetrics(JdbcTemplate jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.registry = registry;
        this.failures = Counter.builder("culvert.outbox.failures")
                .description("Times the relay lost PostgreSQL or Kafka")
                .register(registry);
        Gauge.builder("culvert.outbox.pending.events", () -> backlog.pending())
                .description("Events that are not on Kafka yet")
                .register(registry);
        Gauge.builder("culvert.outbox.oldest.age", () -> backlog.oldestAgeSeconds())
                .description("How long the oldest of them has waited")
                .baseUnit("seconds")
                .register(registry);
        var _ = refresher.scheduleWithFixedDelay(
                this::refresh, REFRESH.toMillis(), REFRESH.toMillis(), TimeUnit.MILLISECONDS);
    }

    void published(String topic) {
        Counter.builder("messages.published")
                .description("Events acknowledged by Kafka")
                .tag("topic", topic)
                .register(registry)
                .increment();
    }

    void failed() {
        failures.increment();
    }

    void refresh() {
        try {
            backlog = jdbc.query(
                    BACKLOG, row -> row.next() ? new Backlog(row.getLong(1), row.getDouble(2)) : backlog, COUNT_LIMIT);
        } catch (DataAccessException e) {
            log.atDebug().setCause(e).log("The outbox cannot be counted now");
        }
    }

    @Override
    public void close() {
        refresher.shutdownNow();
    }
}
