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
    private static final int ASKED_RATE = 1000;
    private static final int LOWEST_RATE = 20;

    /** Share of the requests; the last of each connection may be in the next moment. */
    private static final double ENOUGH = 0.95;

    private AddedDelay() {}

    /** @param perSecond requests a second; half as many, and again half, where the machine does not bear them */
    static void run(Bed bed, Duration span, int perSecond, Consumer<Row> rows) throws Exception {
        rows.accept(row(bed, DIRECT, ASKED_DIRECT, bed.direct(), perSecond, span));
        rows.accept(row(bed, THROUGH, ASKED_THROUGH, bed.through(), perSecond, span));
    }

    private static Row row(Bed bed, String way, double asked, Target target, int perSecond, Duration span)
            throws Exception {
        int borne = borne(target, perSecond, span);
        Timings ours = PacedCalls.run(target, borne, span);
        PacedCalls.run(bed.alone(), borne, span);
        Timings alone = PacedCalls.run(bed.alone(), borne, span);
        String beside = "local service alone " + quantiles(alone);
        Optional<Target> peer = bed.proxied();
        if (peer.isPresent()) {
            beside += ", nginx adds " + added(PacedCalls.run(peer.get(), borne, span), alone);
        }
        double p99 = ours.at(0.99) - alone.at(0.99);
        return new Row(
                "added delay at " + Row.whole(borne) + " requests/s " + way + ", p50 / p95 / p99",
                "p99 ≤ %.0f ms at 1,000/s".formatted(asked),
                added(ours, alone),
                p99 <= asked && borne >= ASKED_RATE,
                beside,
                "with the local service " + quantiles(ours));
    }

    /** A rate at which nearly all requests are sent in time; warms up on the way. */
    private static int borne(Target target, int perSecond, Duration span) throws Exception {
        int rate = perSecond;
        PacedCalls.run(target, rate, span);
        while (rate > LOWEST_RATE
                && PacedCalls.run(target, rate, span).count() < ENOUGH * rate * span.toNanos() / 1e9) {
            rate /= 2;
        }
        return rate;
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
