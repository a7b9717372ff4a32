package dev.culvert.tunnel.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;

/**
 * The leases of the agents a replica holds, by tunnel: what one agent changes is found without a look at the others, of which
 * there may be ten thousand. Of one thread.
 */
final class OwnLeases {
    private final Map<UUID, Map<UUID, Lease>> byTunnel = new HashMap<>();

    /** Those that no store has numbered yet. */
    private final Map<UUID, Lease> withoutEpoch = new LinkedHashMap<>();

    private int size;

    /**
     * How leases differ from what they were.
     *
     * @param added without epochs
     * @param ended by their sessions
     */
    record Change(List<Lease> added, List<UUID> ended) {
        boolean isEmpty() {
            return added.isEmpty() && ended.isEmpty();
        }
    }

    /** How many there are. */
    int size() {
        return size;
    }

    /** Tunnels that have leases. */
    Set<UUID> tunnels() {
        return Set.copyOf(byTunnel.keySet());
    }

    Stream<Lease> all() {
        return byTunnel.values().stream().flatMap(leases -> leases.values().stream());
    }

    /** Those of the same tunnel that are the same link of the same agent process as another one, and older. */
    List<Lease> olderThan(Lease newer) {
        return byTunnel.getOrDefault(newer.tunnelId(), Map.of()).values().stream()
                .filter(older -> older.epoch() > 0 && older.epoch() < newer.epoch() && older.sameOrigin(newer))
                .toList();
    }

    /**
     * Makes the leases of a tunnel those of the agents that are there.
     *
     * @param held what the leases should be; those that are known already keep their epochs
     * @param change where to note what differed
     */
    void become(UUID tunnelId, Collection<Lease> held, Change change) {
        Map<UUID, Lease> leases = byTunnel.computeIfAbsent(tunnelId, _ -> new HashMap<>());
        Set<UUID> ended = new HashSet<>(leases.keySet());
        for (Lease lease : held) {
            if (!ended.remove(lease.sessionId())) {
                leases.put(lease.sessionId(), lease);
                withoutEpoch.put(lease.sessionId(), lease);
                change.added().add(lease);
                size++;
            }
        }
        for (UUID session : ended) {
            leases.remove(session);
            withoutEpoch.remove(session);
            change.ended().add(session);
            size--;
        }
        if (leases.isEmpty()) {
            byTunnel.remove(tunnelId);
        }
    }

    /**
     * Numbers the leases that have no epoch.
     *
     * @param first answers the first of as many numbers as it is asked for; not asked for none
     * @return the highest number given; 0 if none was needed
     */
    long number(IntToLongFunction first) {
        if (withoutEpoch.isEmpty()) {
            return 0;
        }
        long epoch = first.applyAsLong(withoutEpoch.size());
        for (Lease lease : List.copyOf(withoutEpoch.values())) {
            byTunnel.getOrDefault(lease.tunnelId(), new HashMap<>()).put(lease.sessionId(), lease.withEpoch(epoch++));
        }
        withoutEpoch.clear();
        return epoch - 1;
    }

    /** Leases as they are now. */
    List<Lease> numbered(Collection<Lease> leases) {
        List<Lease> found = new ArrayList<>();
        for (Lease lease : leases) {
            Lease now = byTunnel.getOrDefault(lease.tunnelId(), Map.of()).get(lease.sessionId());
            if (now != null) {
                found.add(now);
            }
        }
        return found;
    }
}
