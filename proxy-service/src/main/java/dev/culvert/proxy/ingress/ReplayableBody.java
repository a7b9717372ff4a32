package dev.culvert.proxy.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * A request's body that can be given to one target after another, as long as no target has taken more than its first bytes.
 * Bytes are read from the caller only as fast as the present target takes them.
 *
 * <p>All state belongs to the event loop of the caller's connection; calls from elsewhere are handed over to it.
 */
final class ReplayableBody {
    private final Flux<ByteBuf> source;
    private final EventExecutor loop;
    private final long keepLimit;

    /** The first bytes, kept for the next target; owned here until {@link #close()}. */
    private final List<ByteBuf> kept = new ArrayList<>();

    /** Bytes behind the kept ones that no target has taken yet; owned here. */
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();

    private long keptBytes;
    private boolean keeping = true;
    private volatile boolean spent;
    private boolean reading;
    private boolean closed;
    private boolean ended;
    private @Nullable Throwable failure;
    private @Nullable Subscription upstream;
    private long requested;
    private @Nullable Attempt current;
    private boolean draining;

    /**
     * Wraps a body.
     *
     * @param source the body; its buffers are released by their giver after each signal
     * @param loop event loop of the caller's connection
     */
    ReplayableBody(Flux<ByteBuf> source, EventExecutor loop, long keepLimit) {
        this.source = source;
        this.loop = loop;
        this.keepLimit = keepLimit;
    }

    /** Bytes that were not kept have gone to a target that failed, so that no other can get the whole body. */
    static final class SpentException extends RuntimeException {
        SpentException() {
            super("The body has been taken and not been kept", null, false, false);
        }
    }

    /** Whether bytes that were not kept have gone to a target. */
    boolean isSpent() {
        return spent;
    }

    /** The body from its first byte, for the next target; fails with {@link SpentException} when it cannot be had. */
    Publisher<ByteBuf> forNextTarget() {
        return target -> run(() -> begin(target));
    }

    /** Gives back what is kept. To be called once, when no target will be tried any more. */
    void close() {
        run(() -> {
            closed = true;
            if (upstream != null && !ended) {
                upstream.cancel();
            }
            kept.forEach(ByteBuf::release);
            kept.clear();
            waiting.forEach(ByteBuf::release);
            waiting.clear();
        });
    }

    private void begin(Subscriber<? super ByteBuf> target) {
        if (spent || closed) {
            Operators.error(target, new SpentException());
            return;
        }
        Attempt attempt = new Attempt(target);
        current = attempt;
        target.onSubscribe(attempt);
        if (!reading) {
            reading = true;
            source.subscribe(new Reader());
        }
        drain();
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (current != null && step(current)) {}
        } finally {
            draining = false;
        }
    }

    /** Gives one buffer, the end, or asks for more; answers whether there may be more to do. */
    private boolean step(Attempt attempt) {
        if (attempt.replayed < kept.size()) {
            if (attempt.demand == 0) {
                return false;
            }
            attempt.give(kept.get(attempt.replayed++).retainedDuplicate());
            return true;
        }
        if (!waiting.isEmpty()) {
            if (attempt.demand == 0) {
                return false;
            }
            spent = true;
            attempt.give(waiting.remove());
            return true;
        }
        if (ended) {
            current = null;
            attempt.end(failure);
            return false;
        }
        if (upstream != null && attempt.demand > requested) {
            long more = attempt.demand - requested;
            requested = attempt.demand;
            upstream.request(more);
            // What came within that call found this loop running and left the rest to it.
            return ended || !waiting.isEmpty() || attempt.replayed < kept.size();
        }
        return false;
    }

    private void run(Runnable step) {
        if (loop.inEventLoop()) {
            step.run();
        } else {
            loop.execute(step);
        }
    }

    /** Takes the body from the caller's connection. */
    private final class Reader implements CoreSubscriber<ByteBuf> {
        @Override
        public void onSubscribe(Subscription subscription) {
            run(() -> {
                upstream = subscription;
                drain();
            });
        }

        @Override
        public void onNext(ByteBuf bytes) {
            bytes.retain();
            run(() -> take(bytes));
        }

        private void take(ByteBuf bytes) {
            if (closed) {
                bytes.release();
                return;
            }
            requested = Math.max(0, requested - 1);
            keeping = keeping && keptBytes + bytes.readableBytes() <= keepLimit;
            if (keeping) {
                keptBytes += bytes.readableBytes();
                kept.add(bytes);
            } else {
                waiting.add(bytes);
            }
            drain();
        }

        @Override
        public void onError(Throwable error) {
            run(() -> {
                failure = error;
                ended = true;
                drain();
            });
        }

        @Override
        public void onComplete() {
            run(() -> {
                ended = true;
                drain();
            });
        }
    }

    /** One target's turn. */
    private final class Attempt implements Subscription {
        private final Subscriber<? super ByteBuf> target;
        private long demand;
        private int replayed;

        Attempt(Subscriber<? super ByteBuf> target) {
            this.target = target;
        }

        void give(ByteBuf bytes) {
            demand--;
            target.onNext(bytes);
        }

        void end(@Nullable Throwable error) {
            if (error == null) {
                target.onComplete();
            } else {
                target.onError(error);
            }
        }

        @Override
        public void request(long n) {
            run(() -> {
                demand = Operators.addCap(demand, n);
                drain();
            });
        }

        @Override
        public void cancel() {
            run(() -> {
                if (current == this) {
                    current = null;
                }
            });
        }
    }
}
