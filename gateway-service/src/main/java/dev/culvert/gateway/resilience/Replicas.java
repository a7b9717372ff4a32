package dev.culvert.gateway.resilience;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The addresses of a service, in turn; those that are ejected are passed over as long as there is another. */
final class Replicas {
    private final List<Replica> all;
    private final AtomicInteger turn = new AtomicInteger();

    Replicas(List<Replica> all) {
        this.all = List.copyOf(all);
    }

    boolean several() {
        return all.size() > 1;
    }

    Replica next() {
        if (all.size() == 1) {
            return all.getFirst();
        }
        int first = turn.getAndIncrement();
        for (int i = 0; i < all.size(); i++) {
            Replica one = at(first + i);
            if (!one.ejected()) {
                return one;
            }
        }
        return at(first); // all of them fail: whether to ask at all is the breaker's to say
    }

    private Replica at(int position) {
        return all.get(Math.floorMod(position, all.size()));
    }

    long ejected() {
        return all.stream().filter(Replica::ejected).count();
    }
}
