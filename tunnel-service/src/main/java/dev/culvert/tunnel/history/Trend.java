package dev.culvert.tunnel.history;

import dev.culvert.tunnel.usage.UsageFigures;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Change against the time before, in percent; absent where there was nothing to compare with.
 */
record Trend(
        @Schema(example = "12.5") @Nullable Double requestsPercent,
        @Schema(example = "-50.0") @Nullable Double errorsPercent,
        @Schema(example = "3.2") @Nullable Double bytesPercent,
        @Schema(example = "-8.1") @Nullable Double averageLatencyPercent) {

    static Trend between(UsageFigures then, UsageFigures now) {
        return new Trend(
                percent((double) then.requests(), (double) now.requests()),
                percent((double) then.errors(), (double) now.errors()),
                percent((double) (then.bytesIn() + then.bytesOut()), (double) (now.bytesIn() + now.bytesOut())),
                percent(then.averageLatencyMillis(), now.averageLatencyMillis()));
    }

    private static @Nullable Double percent(double then, double now) {
        return then == 0 ? null : (now - then) / then * 100;
    }
}
