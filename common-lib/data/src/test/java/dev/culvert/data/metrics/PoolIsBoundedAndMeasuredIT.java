package dev.culvert.data.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.testing.TestingPostgres;
import dev.culvert.testing.TestingStores;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** the pool's bounds and time limits hold. X-13, R8.7, S1.33: they show under the agreed names. */
@SpringBootTest(
        properties = {
            "DB_POOL_MIN=1",
            "DB_POOL_MAX=3",
            "culvert.data.statement-timeout=3s",
            "culvert.data.outbox.enabled=false",
            "culvert.data.inbox.enabled=false"
        })
class PoolIsBoundedAndMeasuredIT {
    private static final String SCHEMA = "measured";

    @Autowired
    DataSource dataSource;

    @Autowired
    JdbcTemplate jdbc;

    @Autowired
    MeterRegistry meters;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, SCHEMA);
        registry.add("culvert.data.schema", () -> SCHEMA);
    }

    @Test
    void showsHowManyConnectionsAreTaken() throws Exception {
        assertThat(pool("available")).isEqualTo(3);

        try (Connection _ = dataSource.getConnection();
                Connection _ = dataSource.getConnection()) {
            assertThat(pool("active")).isEqualTo(2);
            assertThat(pool("available")).isEqualTo(1);
            assertThat(pool("size")).isBetween(2.0, 3.0);
            assertThat(pool("waiting")).isZero();
        }
        assertThat(pool("available")).isEqualTo(3);
    }

    /** R9.2, S1.48. */
    @Test
    void fiftyAtOnceShareThreeConnections() throws Exception {
        double timeoutsBefore = pool("timeouts");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // A session that another test had ended may still be leaving; it is not active.
            Callable<Integer> work = () -> jdbc.queryForObject(
                    "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.02)"
                            + " WHERE usename = 'measured_app' AND state = 'active'",
                    Integer.class);
            List<Future<Integer>> answers =
                    threads.invokeAll(IntStream.range(0, 50).mapToObj(_ -> work).toList());

            for (Future<Integer> sessions : answers) {
                assertThat(sessions.get()).isLessThanOrEqualTo(3);
            }
        }
        assertThat(pool("active")).isZero();
        assertThat(pool("timeouts")).isEqualTo(timeoutsBefore);
    }

    /** S4.43. */
    @Test
    void cutsOffALongStatement() {
        Instant start = Instant.now();

        assertThatThrownBy(() -> jdbc.execute("SELECT pg_sleep(20)")).isInstanceOf(QueryTimeoutException.class);

        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(15));
        assertThat(meters.get("db.query.errors")
                        .tag("query_type", "select")
                        .counter()
                        .count())
                .isPositive();
    }

    @Test
    void replacesKilledConnections() {
        jdbc.execute("SELECT 1");
        TestingPostgres.shared()
                .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'measured_app'");
        await().ignoreExceptions().until(() -> jdbc.queryForObject("SELECT 1", Integer.class) == 1);
    }

    @Test
    void countsAndTimesStatementsByType() {
        double before = queries("insert");

        jdbc.update("INSERT INTO inbox (consumer, event_id) VALUES ('x', gen_random_uuid())");

        assertThat(queries("insert") - before).isEqualTo(1);
        assertThat(meters.get("db.query.duration")
                        .tag("query_type", "insert")
                        .timer()
                        .count())
                .isPositive();
    }

    private double pool(String name) {
        String meter = "db.connection.pool." + name;
        return name.equals("timeouts")
                ? meters.get(meter).functionCounter().count()
                : meters.get(meter).tag("pool_type", "primary").gauge().value();
    }

    private double queries(String type) {
        return meters.counter("db.queries", "query_type", type).count();
    }
}
