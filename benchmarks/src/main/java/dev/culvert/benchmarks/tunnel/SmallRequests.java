package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.gateway.Load;
import dev.culvert.benchmarks.gateway.Program;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** How many small requests a second pass when each of many callers sends the next one as soon as it has its answer. */
final class SmallRequests {
    private static final double ASKED_DIRECT = 10_000;
    private static final double ASKED_THROUGH = 4_000;

    /** Of what is measured. */
    private static final int WARM_UP = 3;

    private SmallRequests() {}

    /** @param callers at the same time */
    static void run(Bed bed, Duration span, int callers, Consumer<Row> rows) throws Exception {
        double alone = load(bed.alone(), callers, span).perSecond();
        Optional<Target> peer = bed.proxied();
        String beside = "local service alone " + Row.whole(alone);
        if (peer.isPresent()) {
            beside += ", nginx " + Row.whole(load(peer.get(), callers, span).perSecond());
        }
        rows.accept(row(
                "small requests/s direct, " + callers + " callers",
                ASKED_DIRECT,
                bed.direct(),
                callers,
                span,
                bed.programsDirect(),
                beside,
                alone));
        rows.accept(row(
                "small requests/s through the gateway, " + callers + " callers",
                ASKED_THROUGH,
                bed.through(),
                callers,
                span,
                bed.programsThrough(),
                beside,
                alone));
    }

    private static Row row(
            String what,
            double asked,
            Target target,
            int callers,
            Duration span,
            Map<String, Program> programs,
            String beside,
            double alone)
            throws InterruptedException {
        load(target, callers, span.multipliedBy(WARM_UP));
        ProcessorTimes used = ProcessorTimes.from(programs);
        Load.Result result = load(target, callers, span);
        String micros = used.forEach(result.timings().count());
        String failures = result.failures().isEmpty() ? "" : "; " + result.failures();
        return new Row(
                what,
                "≥ " + Row.whole(asked),
                Row.whole(result.perSecond())
                        + ", p99 %.1f ms".formatted(result.timings().at(0.99)),
                result.perSecond() >= asked && failures.isEmpty(),
                beside,
                "%.2f of the local service; µs of processor for one: ".formatted(result.perSecond() / alone)
                        + micros
                        + failures);
    }

    private static Load.Result load(Target target, int callers, Duration span) throws InterruptedException {
        return Load.run(target.address(), List.of(target.request("/small")), callers, span);
    }
}
