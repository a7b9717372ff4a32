package dev.culvert.platform.requests;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Times one request; the first byte is noted from whatever thread writes it. */
final class Stopwatch {
    private final long started = System.nanoTime();
    private volatile @Nullable Duration firstByte;

    Duration elapsed() {
        return Duration.ofNanos(Math.max(1_000, System.nanoTime() - started));
    }

    /** Time until the answer began; until now when it has not. */
    Duration firstByte() {
        Duration noted = firstByte;
        return noted == null ? elapsed() : noted;
    }

    /** Notes that the answer begins now. Returns the headers that tell so (requirements R1.5a, S1.40). */
    Map<String, String> answerBegins() {
        Duration noted = elapsed();
        firstByte = noted;
        long micros = (noted.toNanos() + 500) / 1_000;
        // not String.format, which took a hundredth of a small request
        return Map.of(
                "X-Process-Time",
                BigDecimal.valueOf(micros, 6).toPlainString(),
                "X-Response-Time",
                BigDecimal.valueOf(micros, 3).toPlainString());
    }
}
