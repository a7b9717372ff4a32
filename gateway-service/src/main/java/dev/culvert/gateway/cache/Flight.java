package dev.culvert.gateway.cache;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * One call to a service on behalf of everybody who asked the same while it lasted. It belongs to none of them: it goes on
 * when the one who came first goes away, and ends early only when nobody is left and nothing is to be kept.
 */
final class Flight {
    /**
     * What everybody gets.
     *
     * @param kept the kept answer it was made of, if it was
     * @param shared whether those who only joined may have it
     */
    record Outcome(Head head, SharedBody body, Source source, Optional<Stored.Answer> kept, boolean shared) {
        static Outcome of(Stored.Answer kept, Source source) {
            return new Outcome(kept.head(), SharedBody.of(kept.body()), source, Optional.of(kept), true);
        }

        /** Another try could still bring something better. */
        boolean failed() {
            return kept.isEmpty() && head.status() >= 500;
        }
    }

    /** Where an outcome came from, in the words of {@code Cache-Status} (RFC 9211) and of the metric. */
    enum Source {
        HIT("hit", "hit"),
        /** Nothing was kept: the service's own answer. */
        MISS("fwd=uri-miss", "miss"),
        /** What was kept no longer held. */
        REPLACED("fwd=stale", "replaced"),
        /** The service said that what was kept still holds. */
        RENEWED("fwd=stale; fwd-status=304", "renewed"),
        /** Kept too long, given because the service fails. */
        STOOD_IN("hit; detail=stale-if-error", "stale");

        private final String words;
        private final String label;

        Source(String words, String label) {
            this.words = words;
            this.label = label;
        }

        String words() {
            return words;
        }

        String label() {
            return label;
        }
    }

    private static final int CLOSED = Integer.MIN_VALUE / 2;

    private final HttpHeaders selecting;
    private final Consumer<Flight> landed;
    /** Not a sink: those copy the list of all who wait for each who joins. */
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicInteger aboard = new AtomicInteger();
    private volatile @Nullable Disposable run;
    private volatile boolean over;
    private volatile boolean forKeeping;

    /**
     * A call that has not begun.
     *
     * @param selecting headers of the request it is made of
     * @param landed called once it is of no use for newcomers
     */
    Flight(HttpHeaders selecting, Consumer<Flight> landed) {
        this.selecting = selecting;
        this.landed = landed;
    }

    /** True for the first who asks, and only then. */
    boolean start() {
        return started.compareAndSet(false, true);
    }

    /** The work behind it. */
    void runs(Disposable work) {
        run = work;
        if (aboard.get() < 0) {
            work.dispose();
        }
    }

    void decide(Outcome decided) {
        outcome.complete(decided);
    }

    void fail(Throwable failure) {
        over();
        outcome.completeExceptionally(failure);
    }

    /** Newcomers must start anew; those aboard still get what they came for. */
    void over() {
        over = true;
        landed.accept(this);
    }

    /** Whether it goes on with nobody aboard, since its answer will be kept. */
    void keep(boolean worthIt) {
        forKeeping = worthIt;
        if (!worthIt && aboard.get() <= 0) {
            end();
        }
    }

    /** Takes a seat, to be given back by {@link #leave()}; false when it is too late for that. */
    boolean board() {
        int seats;
        do {
            seats = aboard.get();
            if (over || seats < 0) {
                return false;
            }
        } while (!aboard.compareAndSet(seats, seats + 1));
        return true;
    }

    void leave() {
        if (aboard.decrementAndGet() == 0 && !forKeeping && aboard.compareAndSet(0, CLOSED)) {
            end();
        }
    }

    private void end() {
        landed.accept(this);
        Optional.ofNullable(run).ifPresent(Disposable::dispose);
    }

    /** Whether an answer that varies by these headers suits a request. */
    boolean suits(Head head, HttpHeaders request) {
        return head.varies().stream()
                .allMatch(name -> KeptAnswers.selecting(name, selecting).equals(KeptAnswers.selecting(name, request)));
    }

    /** The outcome, once its head is there. */
    Mono<Outcome> outcome() {
        return Mono.fromFuture(outcome, true); // one who leaves ends it for nobody else
    }
}
