package dev.culvert.data.inbox;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** Forgets handled events that Kafka cannot bring again, a few at a time. */
final class InboxCleanup implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(InboxCleanup.class);
    private static final int BATCH = 1000;
    private static final String DELETE = """
            DELETE FROM inbox WHERE (consumer, event_id) IN (
              SELECT consumer, event_id FROM inbox
              WHERE handled_at < now() - make_interval(secs => ?) ORDER BY handled_at LIMIT ?)""";

    private final JdbcTemplate jdbc;
    private final Duration retention;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("inbox-cleanup").factory());

    InboxCleanup(JdbcTemplate jdbc, Duration retention) {
        this.jdbc = jdbc;
        this.retention = retention;
        var _ = timer.scheduleWithFixedDelay(this::run, 10, 60, TimeUnit.MINUTES);
    }

    void run() {
        try {
            while (jdbc.update(DELETE, retention.toSeconds(), BATCH) == BATCH) {
                log.atDebug().log("Forgot a batch of handled events");
            }
        } catch (DataAccessException e) {
            log.atWarn().setCause(e).log("Handled events could not be forgotten; next try in an hour");
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
