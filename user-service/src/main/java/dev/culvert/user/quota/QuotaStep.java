package dev.culvert.user.quota;

import dev.culvert.contracts.event.QuotaEvent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/** How much of a quota is used, as far as anybody is told about it. */
enum QuotaStep {
    NEAR(80) {
        @Override
        QuotaEvent event(CountedWindow window) {
            return new QuotaEvent.QuotaThresholdReached(
                    window.subjectType().wireName(),
                    window.subjectId(),
                    CountedWindow.RESOURCE,
                    percent(),
                    window.used(),
                    window.allowed(),
                    window.start(),
                    window.end());
        }
    },
    USED_UP(100) {
        @Override
        QuotaEvent event(CountedWindow window) {
            return new QuotaEvent.QuotaExceeded(
                    window.subjectType().wireName(),
                    window.subjectId(),
                    CountedWindow.RESOURCE,
                    window.used(),
                    window.allowed(),
                    window.start(),
                    window.end());
        }
    };

    private static final int WHOLE = 100;

    private final int percent;

    QuotaStep(int percent) {
        this.percent = percent;
    }

    int percent() {
        return percent;
    }

    /** What is told when a window has come this far. */
    abstract QuotaEvent event(CountedWindow window);

    /** The last step a window has come to; empty before the first. */
    static Optional<QuotaStep> of(CountedWindow window) {
        return Arrays.stream(values())
                .filter(step -> window.used() * WHOLE >= window.allowed() * step.percent)
                .max(Comparator.naturalOrder());
    }
}
