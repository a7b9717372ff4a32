package dev.culvert.tunnel.diagnostics;

import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TrafficMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Traffic of this replica under the names of requirements P2.14.10 and P2.9.7. Labels are closed sets, and every series is
 * there from the start: protocols and outcomes are enumerations, and no label names a tunnel.
 */
@Component
class TunnelMetrics implements TrafficMeter {
    /** Edges in seconds, from small API calls to long streams. */
    private static final double[] EDGES = {0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60, 300
    };

    private final Map<Protocol, ByProtocol> byProtocol = new EnumMap<>(Protocol.class);

    private record ByProtocol(
            AtomicInteger underWay, Counter bytesIn, Counter bytesOut, Map<Outcome, DistributionSummary> latencies) {}

    TunnelMetrics(MeterRegistry registry, ObjectProvider<SessionRegistry> sessions) {
        for (Protocol protocol : Protocol.values()) {
            byProtocol.put(protocol, register(protocol, registry));
        }
        Gauge.builder(
                        "tunnel.pool.utilization",
                        () -> sessions.stream()
                                .mapToDouble(
                                        all -> PoolFigures.of(all.figures()).utilization())
                                .sum())
                .description("Share of the requests that the agents of this replica take at once which is in use")
                .register(registry);
    }

    private static ByProtocol register(Protocol protocol, MeterRegistry registry) {
        AtomicInteger underWay = new AtomicInteger();
        Gauge.builder("tunnel.connections", underWay, AtomicInteger::get)
                .description("Callers' requests and sockets that go through tunnels now")
                .tag("protocol", protocol.wireName())
                .register(registry);
        Map<Outcome, DistributionSummary> latencies = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            latencies.put(
                    outcome,
                    DistributionSummary.builder("tunnel.request.latency")
                            .description("Seconds from the head of a request through a tunnel to its end")
                            .tag("protocol", protocol.wireName())
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .serviceLevelObjectives(EDGES)
                            .register(registry));
        }
        return new ByProtocol(underWay, bytes(protocol, "in", registry), bytes(protocol, "out", registry), latencies);
    }

    private static Counter bytes(Protocol protocol, String direction, MeterRegistry registry) {
        return Counter.builder("tunnel.traffic")
                .description("Body bytes through tunnels")
                .baseUnit("bytes")
                .tag("protocol", protocol.wireName())
                .tag("direction", direction)
                .register(registry);
    }

    @Override
    public RequestObserver begin(RequestStart request) {
        of(request.protocol()).underWay.incrementAndGet();
        return traffic -> {
            of(request.protocol()).underWay.decrementAndGet();
            record(traffic);
        };
    }

    @Override
    public void record(Traffic traffic) {
        ByProtocol meters = of(traffic.course().protocol());
        meters.bytesIn.increment((double) traffic.bytesIn());
        meters.bytesOut.increment((double) traffic.bytesOut());
        DistributionSummary latency = meters.latencies.get(traffic.outcome());
        if (latency != null) {
            latency.record(traffic.duration().toNanos() / 1e9);
        }
    }

    private ByProtocol of(Protocol protocol) {
        ByProtocol meters = byProtocol.get(protocol);
        if (meters == null) {
            throw new IllegalStateException("Every protocol is registered");
        }
        return meters;
    }
}
