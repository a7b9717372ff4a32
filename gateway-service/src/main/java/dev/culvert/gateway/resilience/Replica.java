package dev.culvert.gateway.resilience;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** One address of a service. Calls that fail there in a row take it out for a while (passive outlier ejection). */
final class Replica {
    private final URI address;
    private final int ejectAfter;
    private final long ejectForNanos;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile long ejectedUntil = System.nanoTime();

    Replica(URI address, int ejectAfter, Duration ejectFor) {
        this.address = address;
        this.ejectAfter = ejectAfter;
        this.ejectForNanos = ejectFor.toNanos();
    }

    URI address() {
        return address;
    }

    boolean ejected() {
        return ejectedUntil - System.nanoTime() > 0;
    }

    void answered() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** A call failed; answers whether that ejected it. */
    boolean failed(boolean refused) {
        boolean enough = failures.incrementAndGet() >= ejectAfter || refused;
        if (enough) {
            failures.set(ejectAfter - 1); // back from exile it has one try
            ejectedUntil = System.nanoTime() + ejectForNanos;
        }
        return enough;
    }

    /** The same path and query at this address. */
    URI target(URI original) {
        String path = original.getRawPath();
        String query = original.getRawQuery();
        return URI.create(
                address.getScheme() + "://" + address.getRawAuthority() + path + (query == null ? "" : '?' + query));
    }
}
