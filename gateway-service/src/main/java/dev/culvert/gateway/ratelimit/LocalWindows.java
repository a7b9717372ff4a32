package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts in this instance alone, by the same rules as {@code windows.lua}. Bounded: the longest unused windows go first. */
final class LocalWindows {
    private static final int MAX_COUNTERS = 100_000;

    private final Clock clock;
    private final Cache<String, Counter> counters = Caffeine.newBuilder()
            .maximumSize(MAX_COUNTERS)
            .expireAfter(Expiry.<String, Counter>accessing((_, counter) -> counter.lifetime))
            .ticker(Ticker.systemTicker())
            .build();

    LocalWindows(Clock clock) {
        this.clock = clock;
    }

    /** Counts the call in all windows if each has a place. All windows of a call are about the same caller. */
    Decision count(List<Window> windows) {
        long now = clock.millis();
        Counter[] asked = new Counter[windows.size()];
        for (int i = 0; i < asked.length; i++) {
            asked[i] = counter(windows.get(i));
        }
        synchronized (asked[0]) {
            Decision tightest = null;
            for (int i = 0; i < asked.length; i++) {
                tightest = tighter(tightest, asked[i].ask(windows.get(i).limit(), now));
            }
            if (tightest == null) {
                throw new IllegalArgumentException("No window to count in");
            }
            if (tightest.allowed()) {
                for (Counter counter : asked) {
                    counter.add(now);
                }
            }
            return tightest;
        }
    }

    private Counter counter(Window window) {
        return counters.get(window.key(), _ -> new Counter(window));
    }

    private static Decision tighter(@Nullable Decision one, Decision other) {
        if (one == null) {
            return other;
        }
        if (one.allowed() != other.allowed()) {
            return one.allowed() ? other : one;
        }
        boolean otherIsTighter =
                one.allowed() ? other.remaining() < one.remaining() : other.resetAtMillis() > one.resetAtMillis();
        return otherIsTighter ? other : one;
    }

    /** Calls of one window: a ring of slices. */
    private static final class Counter {
        private final long sliceMillis;
        private final Duration lifetime;
        private final int[] calls = new int[Window.SLICES + 1];
        private long current;

        Counter(Window window) {
            sliceMillis = window.sliceMillis();
            lifetime = window.length().plusMillis(sliceMillis);
        }

        Decision ask(int limit, long now) {
            advance(now);
            int used = Arrays.stream(calls).sum();
            long returns = (oldest() + 1 + Window.SLICES) * sliceMillis;
            return new Decision(used < limit, limit, Math.max(limit - used - 1, 0), returns, now, false);
        }

        void add(long now) {
            advance(now);
            calls[place(current)]++;
        }

        private void advance(long now) {
            long slice = now / sliceMillis;
            if (slice - current > Window.SLICES) {
                Arrays.fill(calls, 0);
            } else {
                for (long passed = current + 1; passed <= slice; passed++) {
                    calls[place(passed)] = 0;
                }
            }
            current = Math.max(current, slice);
        }

        private long oldest() {
            for (long slice = current - Window.SLICES; slice < current; slice++) {
                if (calls[place(slice)] > 0) {
                    return slice;
                }
            }
            return current;
        }

        private static int place(long slice) {
            return Math.floorMod(slice, Window.SLICES + 1);
        }
    }
}
