package dev.culvert.agent.status;

import dev.culvert.agent.AgentListener;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.forward.ForwardedRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Counts what happens in one tunnel. Written by its event loops, read by whoever looks. */
public final class TunnelStatus implements AgentListener {
    private static final int ERRORS_KEPT = 20;

    private static final String UP = "up";
    private static final String UP_BY_POLLING = "up by polling";

    private final String publicAddress;
    private final String target;
    private final Clock clock;
    private final Map<Integer, String> connections = new ConcurrentSkipListMap<>();
    private final Map<ForwardedRequest.End, LongAdder> requests = new EnumMap<>(ForwardedRequest.End.class);
    private final AtomicInteger active = new AtomicInteger();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final Deque<Mishap> mishaps = new ArrayDeque<>();
    private volatile Supplier<List<Duration>> roundTrips = List::of;

    TunnelStatus(String publicAddress, String target, Clock clock) {
        this.publicAddress = publicAddress;
        this.target = target;
        this.clock = clock;
        for (ForwardedRequest.End end : ForwardedRequest.End.values()) {
            requests.put(end, new LongAdder());
        }
    }

    /** Something that went wrong, without anything of a caller's but the path. */
    public record Mishap(Instant time, String what) {}

    /**
     * The figures at one moment.
     *
     * @param connections state by number
     * @param active requests that run
     * @param requests that are over, by how they ended
     * @param bytesIn body bytes towards the local service
     * @param bytesOut body bytes from it
     * @param roundTrips of the links that have been measured
     * @param mishaps latest first
     */
    public record Figures(
            String publicAddress,
            String target,
            Map<Integer, String> connections,
            int active,
            Map<ForwardedRequest.End, Long> requests,
            long bytesIn,
            long bytesOut,
            List<Duration> roundTrips,
            List<Mishap> mishaps) {
        public long connectionsUp() {
            return connections.values().stream().filter(TunnelStatus::isUp).count();
        }
    }

    /** Whether requests come over a connection in this state. */
    static boolean isUp(String state) {
        return state.equals(UP) || state.equals(UP_BY_POLLING);
    }

    /** Where the round trips are asked for. */
    public void measuredBy(Supplier<List<Duration>> source) {
        roundTrips = source;
    }

    public Figures figures() {
        Map<ForwardedRequest.End, Long> ended = new EnumMap<>(ForwardedRequest.End.class);
        requests.forEach((end, count) -> ended.put(end, count.sum()));
        return new Figures(
                publicAddress,
                target,
                new TreeMap<>(connections),
                active.get(),
                ended,
                bytesIn.sum(),
                bytesOut.sum(),
                roundTrips.get(),
                mishaps());
    }

    private List<Mishap> mishaps() {
        synchronized (mishaps) {
            return List.copyOf(mishaps);
        }
    }

    @Override
    public void onLink(LinkEvent event) {
        switch (event) {
            case LinkEvent.Connected up ->
                connections.put(up.connection(), up.transport() == Transport.POLLING ? UP_BY_POLLING : UP);
            case LinkEvent.Replacing replacing -> connections.put(replacing.connection(), "replacing");
            case LinkEvent.Disconnected down -> {
                connections.put(down.connection(), "down");
                note("connection " + (down.connection() + 1) + " is gone: " + down.why());
            }
            case LinkEvent.Retrying retry -> {
                connections.put(retry.connection(), "retrying");
                note("connection " + (retry.connection() + 1) + ": " + retry.why());
            }
        }
    }

    @Override
    public void onRequestStarted() {
        active.incrementAndGet();
    }

    @Override
    public void onRequest(ForwardedRequest request) {
        active.decrementAndGet();
        LongAdder count = requests.get(request.end());
        if (count != null) {
            count.increment();
        }
        bytesIn.add(request.bytesIn());
        bytesOut.add(request.bytesOut());
        if (request.end() == ForwardedRequest.End.FAILED) {
            note(request.method() + " " + request.shownPath() + ": the local service failed");
        }
    }

    /** The agent of this tunnel has given up. */
    public void ended(AgentEnd end) {
        connections.replaceAll((_, _) -> "ended");
        String word = end.reason().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        note(end.detail().isEmpty() ? word : word + ": " + end.detail());
    }

    private void note(String what) {
        synchronized (mishaps) {
            mishaps.addFirst(new Mishap(clock.instant(), what));
            if (mishaps.size() > ERRORS_KEPT) {
                mishaps.removeLast();
            }
        }
    }
}
