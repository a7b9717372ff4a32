package dev.culvert.tunnel.endpoint;

import dev.culvert.tunnelprotocol.OriginFailure;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * One request's way along the endpoints of its tunnel. Where a tunnel has one endpoint there is nothing to choose, and every
 * connection is as good as another. On the loop of the caller's connection, unless said otherwise.
 */
public final class Itinerary {
    /** What speaks against the endpoint; the other failures are the request's. */
    private static final Set<OriginFailure> OF_ENDPOINT =
            Set.of(OriginFailure.UNREACHABLE, OriginFailure.CLOSED_EARLY, OriginFailure.NOT_HTTP);

    private static final String SILENT = "timeout";

    private final Endpoints endpoints;
    private final UUID tunnelId;
    private final Set<String> tried = new HashSet<>();
    private volatile @Nullable Endpoint current;
    private int losses;
    private long waitUntilNanos;
    private boolean waited;
    private boolean moved;
    private Runnable stopWaiting = () -> {};

    Itinerary(Endpoints endpoints, UUID tunnelId) {
        this.endpoints = endpoints;
        this.tunnelId = tunnelId;
    }

    /** Whether the request can go anywhere else when its endpoint fails. */
    public boolean several() {
        return endpoints.several(tunnelId).isPresent();
    }

    /** What {@link #choose} found. */
    public enum Choice {
        /** Go on where the request was, or anywhere. */
        STAYS,
        /** Another endpoint than before. */
        MOVES,
        /** None is left. */
        NONE
    }

    /** Chooses where the request goes next. */
    public Choice choose() {
        Optional<TunnelEndpoints> tunnel = endpoints.several(tunnelId);
        if (tunnel.isEmpty()) {
            current = null;
            return Choice.STAYS;
        }
        Endpoint before = current;
        if (before != null && !tried.contains(before.name())) {
            return Choice.STAYS;
        }
        Optional<Endpoint> next = endpoints.choose(tunnel.get(), tried);
        current = next.orElse(null);
        losses = 0;
        return next.isPresent() ? Choice.MOVES : Choice.NONE;
    }

    /** The endpoint that was chosen; empty for any. */
    public Optional<String> endpoint() {
        return Optional.ofNullable(current).map(Endpoint::name);
    }

    /**
     * The endpoint cannot take the request now, which is nobody's fault.
     *
     * @return false if there is no other
     */
    public boolean skip() {
        Endpoint passed = current;
        if (passed == null) {
            return false;
        }
        tried.add(passed.name());
        return true;
    }

    /** The connection was lost on which the request was: it may be tried there again, though not for ever. */
    public void lost() {
        Endpoint here = current;
        if (here != null) {
            countMove();
            if (++losses > here.maxRetries()) {
                tried.add(here.name());
            }
        }
    }

    /** Once for each request, however often it is lost. */
    private void countMove() {
        if (!moved) {
            moved = true;
            endpoints.countMove(tunnelId);
        }
    }

    /** The local service did not answer. */
    public void failed(OriginFailure failure) {
        Endpoint here = current;
        if (here != null && OF_ENDPOINT.contains(failure)) {
            tried.add(here.name());
            countMove();
            endpoints.failed(tunnelId, here.name(), failure.name().toLowerCase(Locale.ROOT));
        }
    }

    /** The local service was silent for too long; from any thread. */
    public void timedOut() {
        Endpoint here = current;
        if (here != null) {
            endpoints.failed(tunnelId, here.name(), SILENT);
        }
    }

    /** The local service answers; from any thread. */
    public void answered() {
        Endpoint here = current;
        if (here != null) {
            endpoints.succeeded(tunnelId, here.name());
        }
    }

    /**
     * Waits until there is an endpoint, and then begins anew.
     *
     * @param loop of the caller's connection
     * @param then done there, once
     * @return false if the request has waited long enough
     */
    public boolean await(ScheduledExecutorService loop, Runnable then) {
        Optional<Duration> patience =
                endpoints.several(tunnelId).map(tunnel -> tunnel.settings().patience());
        if (patience.isEmpty()) {
            return false;
        }
        long now = System.nanoTime();
        boolean first = !waited;
        if (first) {
            waited = true;
            waitUntilNanos = now + patience.get().toNanos();
        }
        Duration left = Duration.ofNanos(waitUntilNanos - now);
        if (!left.isPositive()) {
            return false;
        }
        tried.clear();
        current = null;
        stopWaiting = endpoints.enterWaitingRoom(tunnelId, loop, left, then);
        if (first) {
            // An agent may have come in between. Later ones are seen by the next look, so that nobody runs in circles.
            endpoints.callIfServed(tunnelId);
        }
        return true;
    }

    /** Nobody wants an answer any more: the request must not be kept as long as it would have waited. */
    public void leave() {
        stopWaiting.run();
    }
}
