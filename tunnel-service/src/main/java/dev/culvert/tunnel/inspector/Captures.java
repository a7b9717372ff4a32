package dev.culvert.tunnel.inspector;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The kept requests of all tunnels of this replica: the latest of each tunnel, and together never more than their memory, for
 * which the oldest give way. Thread-safe; never used by the data plane itself.
 */
final class Captures {
    private final int perTunnel;
    private final long limitBytes;

    /** In the order in which they ended. */
    private final LinkedHashMap<UUID, CapturedRequest> all = new LinkedHashMap<>();

    private final Map<UUID, Deque<CapturedRequest>> byTunnel = new HashMap<>();
    private long bytes;

    /**
     * @param inspectorBytes the inspector's memory, of which three fourths are for what is kept
     */
    Captures(int perTunnel, long inspectorBytes) {
        this.perTunnel = perTunnel;
        this.limitBytes = inspectorBytes - inspectorBytes / 4;
    }

    synchronized void add(CapturedRequest request) {
        Deque<CapturedRequest> ofTunnel = byTunnel.computeIfAbsent(request.tunnelId(), _ -> new ArrayDeque<>());
        if (ofTunnel.size() >= perTunnel) {
            remove(ofTunnel.getFirst());
        }
        byTunnel.computeIfAbsent(request.tunnelId(), _ -> new ArrayDeque<>()).addLast(request);
        all.put(request.id(), request);
        bytes += request.sizeBytes();
        while (bytes > limitBytes && !all.isEmpty()) {
            remove(all.firstEntry().getValue());
        }
    }

    private void remove(CapturedRequest request) {
        if (all.remove(request.id()) == null) {
            return;
        }
        bytes -= request.sizeBytes();
        byTunnel.computeIfPresent(request.tunnelId(), (_, ofTunnel) -> {
            ofTunnel.removeFirstOccurrence(request); // mostly the first
            return ofTunnel.isEmpty() ? null : ofTunnel;
        });
    }

    /** Requests of a tunnel, latest first. */
    synchronized List<CapturedRequest> of(UUID tunnelId) {
        Deque<CapturedRequest> found = byTunnel.get(tunnelId);
        if (found == null) {
            return List.of();
        }
        List<CapturedRequest> latestFirst = new ArrayList<>(found);
        Collections.reverse(latestFirst);
        return latestFirst;
    }

    /** A request of a tunnel. */
    synchronized Optional<CapturedRequest> find(UUID tunnelId, UUID requestId) {
        return Optional.ofNullable(all.get(requestId))
                .filter(request -> request.tunnelId().equals(tunnelId));
    }

    /** Forgets one request. */
    synchronized void drop(CapturedRequest request) {
        remove(request);
    }

    /** Forgets the requests of a tunnel. */
    synchronized void clear(UUID tunnelId) {
        of(tunnelId).forEach(this::remove);
    }

    synchronized long bytes() {
        return bytes;
    }
}
