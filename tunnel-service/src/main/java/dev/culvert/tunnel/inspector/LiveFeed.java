package dev.culvert.tunnel.inspector;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Tells those who watch a tunnel what its requests do on this replica. Events come from event loops: whoever reads too slowly
 * misses some, and is told how many.
 */
@Component
class LiveFeed {
    private static final int QUEUE_LENGTH = 512;

    private final ConcurrentHashMap<UUID, List<Subscription>> watched = new ConcurrentHashMap<>();
    private final AtomicInteger all = new AtomicInteger();
    private final InspectorProperties properties;
    private volatile boolean closed;

    LiveFeed(InspectorProperties properties) {
        this.properties = properties;
    }

    /**
     * Something that happened to a request.
     *
     * @param type name of the server-sent event
     * @param data what becomes its JSON, by whoever reads it
     */
    record LiveEvent(String type, Object data) {}

    /** Whether anybody watches; saves making events nobody reads. */
    boolean isWatched(UUID tunnelId) {
        return !watched.isEmpty() && watched.containsKey(tunnelId);
    }

    void publish(UUID tunnelId, LiveEvent event) {
        watched.getOrDefault(tunnelId, List.of()).forEach(subscription -> subscription.offer(event));
    }

    /**
     * Begins to watch; the caller closes it.
     *
     * @throws ProblemException TOO_MANY_STREAMS if as many watch as may
     */
    Subscription subscribe(UUID tunnelId) {
        if (all.incrementAndGet() > properties.watchers()) {
            all.decrementAndGet();
            throw tooMany();
        }
        Subscription subscription = new Subscription(tunnelId);
        watched.compute(tunnelId, (UUID _, @Nullable List<Subscription> before) -> {
            List<Subscription> after = before == null ? new CopyOnWriteArrayList<>() : before;
            if (after.size() < properties.watchersPerTunnel()) {
                after.add(subscription);
            }
            return after;
        });
        if (!watched.getOrDefault(tunnelId, List.of()).contains(subscription)) {
            all.decrementAndGet();
            throw tooMany();
        }
        return subscription;
    }

    private static ProblemException tooMany() {
        return new ProblemException(
                        ProblemCode.TOO_MANY_STREAMS, "As many watch already as may. Close a stream, then try again.")
                .withRetryAfter(Duration.ofSeconds(5));
    }

    /** Lets the live streams end, for which the server would wait otherwise. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        closed = true;
    }

    /** What one watcher has still to read. */
    final class Subscription implements AutoCloseable {
        private final UUID tunnelId;
        private final ArrayBlockingQueue<LiveEvent> queue = new ArrayBlockingQueue<>(QUEUE_LENGTH);
        private final AtomicLong missed = new AtomicLong();

        private Subscription(UUID tunnelId) {
            this.tunnelId = tunnelId;
        }

        private void offer(LiveEvent event) {
            if (!queue.offer(event)) {
                missed.incrementAndGet();
            }
        }

        /** The next event, or empty after a while without any. */
        Optional<LiveEvent> next(long timeoutMillis) throws InterruptedException {
            return Optional.ofNullable(queue.poll(timeoutMillis, TimeUnit.MILLISECONDS));
        }

        /** Events that were not delivered since the last time this was asked. */
        long missed() {
            return missed.getAndSet(0);
        }

        /** Whether the service goes down. */
        boolean isOver() {
            return closed;
        }

        @Override
        public void close() {
            watched.computeIfPresent(tunnelId, (_, others) -> {
                if (others.remove(this)) {
                    all.decrementAndGet();
                }
                return others.isEmpty() ? null : others;
            });
        }
    }
}
