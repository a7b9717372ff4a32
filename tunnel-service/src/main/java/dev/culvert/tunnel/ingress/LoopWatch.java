package dev.culvert.tunnel.ingress;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Whether the threads that move bytes come round: each is asked to do nothing once a second, and how late it does that is how long
 * everything else on it waits. One that is blocked shows while it is.
 */
@SuppressWarnings("FutureReturnValueIgnored") // ends with its loop
final class LoopWatch {
    static final Duration PERIOD = Duration.ofSeconds(1);

    private final Duration period;
    private final List<Beat> beats = new CopyOnWriteArrayList<>();

    LoopWatch(Duration period) {
        this.period = period;
    }

    /** One thread. */
    private final class Beat {
        private final EventExecutor loop;
        private volatile long dueNanos;
        private volatile long lateNanos;

        Beat(EventExecutor loop) {
            this.loop = loop;
        }

        void plan() {
            dueNanos = System.nanoTime() + period.toNanos();
            loop.schedule(this::come, period.toNanos(), TimeUnit.NANOSECONDS);
        }

        private void come() {
            lateNanos = System.nanoTime() - dueNanos;
            plan();
        }

        long lateNanos() {
            return Math.max(lateNanos, System.nanoTime() - dueNanos);
        }
    }

    void start(EventLoopGroup loops) {
        for (EventExecutor loop : loops) {
            Beat beat = new Beat(loop);
            beat.plan();
            beats.add(beat);
        }
    }

    /** How late the latest thread is now, or was a moment ago. */
    Duration delay() {
        return Duration.ofNanos(
                Math.max(0, beats.stream().mapToLong(Beat::lateNanos).max().orElse(0)));
    }
}
