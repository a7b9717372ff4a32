package dev.culvert.tunnel.endpoint;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Requests that wait for an endpoint of their tunnel to come. */
final class WaitingRoom {
    private final ConcurrentHashMap<UUID, Set<Guest>> rooms = new ConcurrentHashMap<>();

    private record Guest(ScheduledExecutorService loop, Runnable call, AtomicBoolean called) {
        void goOn() {
            if (called.compareAndSet(false, true)) {
                loop.execute(call);
            }
        }
    }

    /**
     * Lets a request wait.
     *
     * @param loop where it goes on
     * @param call done once, when an endpoint has come or the time is over
     * @return lets it leave without being called, once it is of no use any more
     */
    Runnable enter(UUID tunnelId, ScheduledExecutorService loop, Duration atMost, Runnable call) {
        Guest guest = new Guest(loop, call, new AtomicBoolean());
        rooms.compute(tunnelId, (_, room) -> {
            Set<Guest> guests = room == null ? ConcurrentHashMap.newKeySet() : room;
            guests.add(guest);
            return guests;
        });
        ScheduledFuture<?> end = loop.schedule(
                () -> {
                    leave(tunnelId, guest);
                    guest.goOn(); // once, also if it was called before
                },
                atMost.toMillis(),
                TimeUnit.MILLISECONDS);
        return () -> {
            end.cancel(false);
            leave(tunnelId, guest);
        };
    }

    private void leave(UUID tunnelId, Guest guest) {
        rooms.computeIfPresent(tunnelId, (_, room) -> {
            room.remove(guest);
            return room.isEmpty() ? null : room;
        });
    }

    /** Calls all who wait for the tunnel. */
    void call(UUID tunnelId) {
        Set<Guest> all = rooms.remove(tunnelId);
        if (all != null) {
            all.forEach(Guest::goOn);
        }
    }

    /** Requests that wait for the tunnel. */
    int size(UUID tunnelId) {
        return rooms.getOrDefault(tunnelId, Set.of()).size();
    }
}
