package dev.culvert.tunnel.diagnostics;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.diagnostics.LatencyBuckets.Latency;
import dev.culvert.tunnel.session.TrafficMeter;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
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
 * How long requests take, by tunnel, hour and hop, over all replicas. Counted in memory, stored every few seconds. What is
 * stored is this process's whole count of an hour, so that storing it again changes nothing.
 */
@Component
class LatencyLog implements TrafficMeter, SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(LatencyLog.class);

    /** An hour's count stays in memory until nothing can be added to it any more. */
    private static final Duration SETTLED_AFTER = Duration.ofMinutes(5);

    private record Key(UUID tunnelId, UUID tenantId, Instant hour) {}

    private record Row(Key key, Hop hop, AtomicLongArray histogram) {}

    /** Counts of one tunnel and hour; those of a hop are made when it is reached. */
    private static final class Counts {
        private final ConcurrentHashMap<Hop, AtomicLongArray> byHop = new ConcurrentHashMap<>();
        private volatile boolean unstored;

        void add(Hop hop, Duration duration) {
            byHop.computeIfAbsent(hop, _ -> new AtomicLongArray(LatencyBuckets.SIZE))
                    .incrementAndGet(LatencyBuckets.indexOf(duration));
        }
    }

    private final UUID recorder = UUID.randomUUID();
    private final ConcurrentHashMap<Key, Counts> counted = new ConcurrentHashMap<>();
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final DiagnosticsProperties properties;
    private final Clock clock;

    LatencyLog(JdbcClient jdbc, TransactionOperations transactions, DiagnosticsProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::flush, properties.latencyFlushInterval());
    }

    @Override
    public void record(Traffic traffic) {
        Key key =
                new Key(traffic.tunnelId(), traffic.tenantId(), clock.instant().truncatedTo(ChronoUnit.HOURS));
        Counts counts = counted.computeIfAbsent(key, _ -> new Counts());
        for (Hop hop : Hop.values()) {
            hop.of(traffic).ifPresent(duration -> counts.add(hop, duration));
        }
        counts.unstored = true;
    }

    /** Stores what changed; when the database does not take it, the next flush does. */
    @PreDestroy
    synchronized void flush() {
        List<Row> rows = new ArrayList<>();
        List<Counts> taken = new ArrayList<>();
        counted.forEach((key, counts) -> {
            if (counts.unstored) {
                counts.unstored = false; // before the counts are read: what comes meanwhile is stored next time
                taken.add(counts);
                counts.byHop.forEach((hop, histogram) -> rows.add(new Row(key, hop, histogram)));
            }
        });
        try {
            if (!rows.isEmpty()) {
                TenantScope.runAsSystem(
                        "store latencies", () -> transactions.executeWithoutResult(_ -> rows.forEach(this::store)));
            }
            Instant settled = clock.instant().minus(SETTLED_AFTER).minus(1, ChronoUnit.HOURS);
            counted.entrySet().removeIf(entry -> entry.getKey().hour.isBefore(settled) && !entry.getValue().unstored);
        } catch (DataAccessException | TransactionException e) {
            taken.forEach(counts -> counts.unstored = true);
            log.atWarn().setCause(e).log("Latencies cannot be stored now and are kept for the next try");
        }
    }

    private void store(Row row) {
        int filled = LatencyBuckets.SIZE;
        while (filled > 0 && row.histogram.get(filled - 1) == 0) {
            filled--;
        }
        Long[] counts = new Long[filled];
        Arrays.setAll(counts, row.histogram::get);
        jdbc.sql("""
                INSERT INTO request_latencies (tunnel_id, hour, recorder, hop, tenant_id, counts)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (tunnel_id, hour, recorder, hop) DO UPDATE SET counts = excluded.counts""")
                .params(
                        row.key.tunnelId,
                        row.key.hour.atOffset(ZoneOffset.UTC),
                        recorder,
                        row.hop.wireName(),
                        row.key.tenantId,
                        counts)
                .update();
    }

    /** The tunnel's latencies since the beginning of an hour, by name of the hop in the order of the way. In a transaction. */
    Map<String, Latency> of(UUID tunnelId, Instant since) {
        Map<String, LatencyBuckets> found = new LinkedHashMap<>();
        for (Hop hop : Hop.values()) {
            found.put(hop.wireName(), new LatencyBuckets());
        }
        jdbc.sql("SELECT hop, counts FROM request_latencies WHERE tunnel_id = ? AND hour >= ?")
                .params(tunnelId, since.truncatedTo(ChronoUnit.HOURS).atOffset(ZoneOffset.UTC))
                .query(row -> {
                    Long[] counts = (Long[]) row.getArray("counts").getArray();
                    Optional.ofNullable(found.get(row.getString("hop"))).ifPresent(buckets -> buckets.add(counts));
                });
        Map<String, Latency> latencies = new LinkedHashMap<>();
        found.forEach((hop, buckets) -> latencies.put(hop, buckets.read()));
        return latencies;
    }
}
