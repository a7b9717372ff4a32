package dev.culvert.tunnel.diagnostics;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.tunnel.connection.ReplicaProperties;
import dev.culvert.tunnel.session.TrafficMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Failed requests of all replicas. The data plane leaves them in a queue of fixed length and goes on; a task stores them. In a
 * flood the queue is full and the rest is counted only ({@code tunnel_errors_unrecorded_total}).
 */
@Component
class ErrorLog implements TrafficMeter, SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(ErrorLog.class);
    private static final int MAX_PATH_LENGTH = 512;

    private static final String COLUMNS =
            "request_id, category, code, status, method, path, correlation_id, session_id, user_id, duration_millis, occurred_at";

    private record Failed(Traffic traffic, ErrorCategory category) {}

    private final ArrayBlockingQueue<Failed> queue;
    private final List<Failed> unsent = new ArrayList<>();
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final ReplicaProperties replica;
    private final DiagnosticsProperties properties;
    private final Counter unrecorded;
    private final Clock clock;
    private final Map<UUID, Integer> takenInMinute = new HashMap<>();
    private Instant minute = Instant.EPOCH;

    ErrorLog(
            JdbcClient jdbc,
            TransactionOperations transactions,
            ReplicaProperties replica,
            DiagnosticsProperties properties,
            MeterRegistry metrics,
            Clock clock) {
        this.queue = new ArrayBlockingQueue<>(properties.errorsAtOnce());
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.replica = replica;
        this.properties = properties;
        this.clock = clock;
        this.unrecorded = Counter.builder("tunnel.errors.unrecorded")
                .description("Failed requests that came faster than they could be stored")
                .register(metrics);
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::flush, properties.flushInterval());
    }

    @Override
    public void record(Traffic traffic) {
        ErrorCategory.of(traffic).ifPresent(category -> {
            if (!queue.offer(new Failed(traffic, category))) {
                unrecorded.increment();
            }
        });
    }

    /** Stores what is waiting; when the database does not take it, the next flush tries again. */
    @PreDestroy
    synchronized void flush() {
        List<Failed> waiting = new ArrayList<>();
        queue.drainTo(waiting, properties.errorsAtOnce() - unsent.size());
        waiting.forEach(this::takeIfRoom);
        if (unsent.isEmpty()) {
            return;
        }
        try {
            TenantScope.runAsSystem(
                    "store failed requests",
                    () -> transactions.executeWithoutResult(_ -> unsent.forEach(this::insert)));
            unsent.clear();
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Failed requests cannot be stored now and are kept for the next try");
        }
    }

    /** A tunnel that fails all the time must not fill the table. */
    private void takeIfRoom(Failed failed) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        if (!now.equals(minute)) {
            minute = now;
            takenInMinute.clear();
        }
        int taken = takenInMinute.merge(failed.traffic.tunnelId(), 1, Integer::sum);
        if (taken <= properties.errorsPerMinute()) {
            unsent.add(failed);
        } else {
            unrecorded.increment();
        }
    }

    private void insert(Failed failed) {
        Traffic traffic = failed.traffic;
        Course course = traffic.course();
        String path = course.path();
        jdbc.sql("INSERT INTO request_errors (" + COLUMNS + ", tunnel_id, tenant_id, replica)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request_id) DO NOTHING")
                .params(course.requestId(), failed.category.wireName())
                .param(course.problem().map(ProblemCode::name).orElse(null))
                .params(
                        traffic.status(),
                        traffic.method(),
                        path.length() > MAX_PATH_LENGTH ? path.substring(0, MAX_PATH_LENGTH) : path,
                        course.correlationId())
                .param(course.sessionId().orElse(null))
                .params(
                        traffic.userId(),
                        traffic.duration().toMillis(),
                        traffic.startedAt().plus(traffic.duration()).atOffset(ZoneOffset.UTC),
                        traffic.tunnelId(),
                        traffic.tenantId(),
                        replica.name())
                .update();
    }

    /** Failed requests of a tunnel, latest first. Inside a transaction. */
    Page<RequestError> of(UUID tunnelId, Optional<ErrorCategory> category, PageRequest page) {
        String where = " FROM request_errors WHERE tunnel_id = :tunnel AND (:category = '' OR category = :category)";
        String named = category.map(ErrorCategory::wireName).orElse("");
        List<RequestError> found = jdbc.sql("SELECT " + COLUMNS + where
                        + " ORDER BY occurred_at DESC, request_id LIMIT :limit OFFSET :offset")
                .param("tunnel", tunnelId)
                .param("category", named)
                .param("limit", page.limit())
                .param("offset", page.offset())
                .query(ErrorLog::error)
                .list();
        long total = jdbc.sql("SELECT count(*)" + where)
                .param("tunnel", tunnelId)
                .param("category", named)
                .query(Long.class)
                .single();
        return Page.of(found, total, page);
    }

    /** Failed requests that an agent connection carried, latest first. Inside a transaction. */
    List<RequestError> ofConnection(UUID sessionId, int limit) {
        return jdbc.sql("SELECT " + COLUMNS
                        + " FROM request_errors WHERE session_id = ? ORDER BY occurred_at DESC, request_id LIMIT ?")
                .params(sessionId, limit)
                .query(ErrorLog::error)
                .list();
    }

    /** How many requests failed in which way, by tunnel; tunnels without any are absent. Inside a transaction. */
    Map<UUID, Map<String, Long>> counts(Collection<UUID> tunnelIds, Instant since) {
        Map<UUID, Map<String, Long>> counts = new HashMap<>();
        if (tunnelIds.isEmpty()) {
            return counts;
        }
        jdbc.sql("""
                SELECT tunnel_id, category, count(*) AS failed FROM request_errors
                WHERE tunnel_id IN (:tunnels) AND occurred_at >= :since GROUP BY tunnel_id, category""")
                .param("tunnels", tunnelIds)
                .param("since", since.atOffset(ZoneOffset.UTC))
                .query(row -> {
                    counts.computeIfAbsent(row.getObject("tunnel_id", UUID.class), _ -> new TreeMap<>())
                            .put(row.getString("category"), row.getLong("failed"));
                });
        return counts;
    }

    private static RequestError error(ResultSet row, int number) throws SQLException {
        return new RequestError(
                row.getObject("request_id", UUID.class),
                row.getString("category"),
                row.getString("code"),
                row.getInt("status"),
                row.getString("method"),
                row.getString("path"),
                row.getString("correlation_id"),
                row.getObject("session_id", UUID.class),
                row.getObject("user_id", UUID.class),
                row.getLong("duration_millis"),
                row.getObject("occurred_at", OffsetDateTime.class).toInstant());
    }
}
