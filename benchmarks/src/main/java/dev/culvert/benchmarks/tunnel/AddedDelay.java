package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.Timings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** What the way through the tunnel adds to a small request when the machine is not full. */
final class AddedDelay {
    private static final String DIRECT = "direct";
    private static final String THROUGH = "through the gateway";
    private static final double ASKED_DIRECT = 1;
    private static final double ASKED_THROUGH = 3;

    private AddedDelay() {}

    /** @param perSecond requests a second */
    static void run(Bed bed, Duration span, int perSecond, Consumer<Row> rows) throws Exception {
        Timings alone = measure(bed.alone(), span, perSecond);
        String beside = "local service alone " + quantiles(alone);
        Optional<Target> peer = bed.proxied();
        if (peer.isPresent()) {
            beside += ", nginx adds " + added(measure(peer.get(), span, perSecond), alone);
        }
        rows.accept(row(DIRECT, ASKED_DIRECT, measure(bed.direct(), span, perSecond), alone, perSecond, beside));
        rows.accept(row(THROUGH, ASKED_THROUGH, measure(bed.through(), span, perSecond), alone, perSecond, beside));
    }

    private static Timings measure(Target target, Duration span, int perSecond) throws Exception {
        PacedCalls.run(target, perSecond, span);
        return PacedCalls.run(target, perSecond, span);
    }

    private static Row row(String way, double asked, Timings ours, Timings alone, int perSecond, String beside) {
        double p99 = ours.at(0.99) - alone.at(0.99);
        return new Row(
                "added delay at " + Row.whole(perSecond) + " requests/s " + way + ", p50 / p95 / p99",
                "p99 ≤ %.0f ms".formatted(asked),
                added(ours, alone),
                p99 <= asked,
                beside,
                "with the local service " + quantiles(ours));
    }

    private static String added(Timings ours, Timings alone) {
        return "%.2f / %.2f / %.2f ms"
                .formatted(
                        ours.at(0.5) - alone.at(0.5), ours.at(0.95) - alone.at(0.95), ours.at(0.99) - alone.at(0.99));
    }

    private static String quantiles(Timings timings) {
        return "%.2f / %.2f / %.2f ms".formatted(timings.at(0.5), timings.at(0.95), timings.at(0.99));
    }
}
