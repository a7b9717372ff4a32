package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts in this instance alone, by the same rules as {@code windows.lua}. Bounded: the longest unused windows go first. */
final class LocalWindows {
    private static final int MAX_COUNTERS = 100_000;
    private static final int LOCKS = 64;

    /** Months are not counted alone longer than this: who loses Redis for a day has other worries. */
    private static final Duration LONGEST_KEPT = Duration.ofDays(1);

    private final Object[] locks = new Object[LOCKS];
    private final Cache<String, Counter> counters = Caffeine.newBuilder()
            // Each look-up moves an entry's end, and some of them together are noted by whoever looks up next: handing
            // that to another thread takes longer, and every second call would wake one.
            .executor(Runnable::run)
            .maximumSize(MAX_COUNTERS)
            .expireAfter(Expiry.<String, Counter>accessing((_, counter) -> counter.lifetime()))
            .build();

    LocalWindows() {
        Arrays.setAll(locks, _ -> new Object());
    }

    /** Counts a call in all windows if each has a place; {@code share} divides the limits between so many instances. */
    Decision count(Charge charge, long now, int share) {
        List<Window> windows = charge.timed();
        synchronized (locks[Math.floorMod(charge.account().hashCode(), LOCKS)]) {
            Counter[] asked = new Counter[windows.size()];
            Decision tightest = null;
            for (int i = 0; i < asked.length; i++) {
                Window window = windows.get(i);
                asked[i] = counters.get(window.key(), _ -> counter(window.span()));
                int limit = Math.ceilDiv(window.limit(), share);
                tightest = tighter(tightest, asked[i].ask(window, limit, now));
            }
            if (tightest == null) {
                throw new IllegalArgumentException("No window to count in");
            }
            long turn = 0;
            if (tightest.allowed()) {
                for (int i = 0; i < asked.length; i++) {
                    turn = Math.max(turn, asked[i].add(windows.get(i), now, share));
                }
            }
            return turn > 0 ? tightest.inTurn(turn) : tightest;
        }
    }

    private static Counter counter(Span span) {
        return span.isBucket() ? new Bucket(span) : new Slices(span);
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

    private interface Counter {
        Decision ask(Window window, int limit, long now);

        /** Counts the call, and says how long it waits for its turn. */
        long add(Window window, long now, int share);

        Duration lifetime();
    }

    /** Calls of one window: a ring of slices. */
    private static final class Slices implements Counter {
        private final Span span;
        private final int[] calls;
        private final Duration lifetime;
        private int used; // their sum
        private long current;
        private long next = Long.MIN_VALUE; // when the current slice is over
        private long turn;

        Slices(Span span) {
            this.span = span;
            this.calls = new int[span.slices() + 1];
            Duration whole = Duration.ofMillis(span.end(0) - span.start(0));
            this.lifetime = whole.compareTo(LONGEST_KEPT) < 0 ? whole : LONGEST_KEPT;
        }

        @Override
        public Decision ask(Window window, int limit, long now) {
            advance(now);
            return used < limit
                    ? Decision.allowed(window, limit - used - 1, returns(used - limit), now)
                    : Decision.refused(window, returns(used - limit), now);
        }

        @Override
        public long add(Window window, long now, int share) {
            calls[place(current)]++;
            used++;
            if (!window.isPaced() || used <= Math.ceilDiv(window.pacedFrom(), share)) {
                return 0;
            }
            turn = Math.max(now, turn) + window.paceMillis() * share;
            return turn - now;
        }

        @Override
        public Duration lifetime() {
            return lifetime;
        }

        private void advance(long now) {
            if (now < next) {
                return; // as for most calls; the calendar is not for nothing
            }
            long slice = span.slice(now);
            if (slice - current > span.slices()) {
                Arrays.fill(calls, 0);
                used = 0;
            } else {
                for (long passed = current + 1; passed <= slice; passed++) {
                    used -= calls[place(passed)];
                    calls[place(passed)] = 0;
                }
            }
            current = Math.max(current, slice);
            next = span.start(current + 1);
        }

        /** When so many calls more than one have left the window. */
        private long returns(int tooMany) {
            int leaving = 0;
            long last = current;
            for (long slice = current - span.slices(); slice <= current; slice++) {
                int of = calls[place(slice)];
                leaving += of;
                if (of > 0) {
                    last = slice;
                    if (tooMany < 0 || leaving > tooMany) {
                        break;
                    }
                }
            }
            return span.slices() == 0 ? next : span.end(last);
        }

        private int place(long slice) {
            return Math.floorMod(slice, calls.length);
        }
    }

    /** Calls of a token bucket: when it will be full again. */
    private static final class Bucket implements Counter {
        private final Span span;
        private double full;

        Bucket(Span span) {
            this.span = span;
        }

        @Override
        public Decision ask(Window window, int limit, long now) {
            double interval = (double) span.sliceMillis() / limit;
            double missing = Math.max(full - now, 0);
            int left = (int) Math.floor((span.sliceMillis() - missing) / interval + 1e-6);
            double nextCall = left < 1 ? missing - span.sliceMillis() + interval : missing % interval;
            long returns = now + (long) Math.ceil(nextCall);
            return left > 0 ? Decision.allowed(window, left - 1, returns, now) : Decision.refused(window, returns, now);
        }

        @Override
        public long add(Window window, long now, int share) {
            full = now + Math.max(full - now, 0) + (double) span.sliceMillis() / window.limit();
            return 0;
        }

        @Override
        public Duration lifetime() {
            return Duration.ofMillis(span.sliceMillis());
        }
    }
}
