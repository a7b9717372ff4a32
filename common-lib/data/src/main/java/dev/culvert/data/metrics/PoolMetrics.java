package dev.culvert.data.metrics;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToIntFunction;

/**
 * {@code db_connection_pool_size}, {@code _active}, {@code _available}, {@code _waiting} and {@code _timeouts_total} (X-13,
 * R8.7). {@code pool_type} tells a later pool of read replicas apart.
 */
final class PoolMetrics implements MeterBinder {
    private static final String PREFIX = "db.connection.pool.";

    private final HikariDataSource pool;

    PoolMetrics(HikariDataSource pool) {
        this.pool = pool;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "size", "Connections that are open", HikariPoolMXBean::getTotalConnections);
        gauge(registry, "active", "Connections in use", HikariPoolMXBean::getActiveConnections);
        gauge(
                registry,
                "available",
                "Connections that could be had at once or opened",
                now -> pool.getMaximumPoolSize() - now.getActiveConnections());
        gauge(
                registry,
                "waiting",
                "Threads that wait for a connection",
                HikariPoolMXBean::getThreadsAwaitingConnection);
        FunctionCounter.builder(PREFIX + "timeouts", registry, PoolMetrics::timeouts)
                .description("Threads that waited in vain")
                .tag("pool_type", "primary")
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String description, ToIntFunction<HikariPoolMXBean> value) {
        Gauge.builder(PREFIX + name, pool, source -> {
                    HikariPoolMXBean now = source.getHikariPoolMXBean();
                    return now == null ? 0 : value.applyAsInt(now);
                })
                .description(description)
                .tag("pool_type", "primary")
                .register(registry);
    }

    private static double timeouts(MeterRegistry registry) {
        Counter counter = registry.find("hikaricp.connections.timeout").counter();
        return counter == null ? 0 : counter.count();
    }
}
