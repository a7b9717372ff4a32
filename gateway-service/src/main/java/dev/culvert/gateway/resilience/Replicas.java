package dev.culvert.gateway.resilience;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The addresses of a service, in turn; those that are ejected are passed over as long as there is another. */
final class Replicas {
    private final List<Replica> all;
    private final AtomicInteger turn = new AtomicInteger();

    Replicas(List<Replica> all) {
        this.all = List.copyOf(all);
    }

    int size() {
        return all.size();
    }

    boolean several() {
        return all.size() > 1;
    }

    Replica next() {
        return next(null);
    }

    /** The next one that is not this one, which has just failed. */
    Replica next(@Nullable Replica failed) {
        if (all.size() == 1) {
            return all.getFirst();
        }
        int first = turn.getAndIncrement();
        for (int i = 0; i < all.size(); i++) {
            Replica one = at(first + i);
            if (one != failed && !one.ejected()) {
                return one;
            }
        }
        // All of them fail: whether to ask at all is the breaker's to say.
        return at(first) == failed ? at(first + 1) : at(first);
    }

    /** Whether there is another one, and it is not left out. */
    boolean anotherThan(Replica failed) {
        return all.stream().anyMatch(one -> one != failed && !one.ejected());
    }

    private Replica at(int position) {
        return all.get(Math.floorMod(position, all.size()));
    }

    long ejected() {
        return all.stream().filter(Replica::ejected).count();
    }
}
