package dev.culvert.agent.status;

import dev.culvert.agent.config.TunnelEntry;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** All tunnels of this agent. */
public final class AgentStatus {
    private final Clock clock;
    private final Instant startedAt;
    private final Map<String, TunnelStatus> tunnels = new ConcurrentSkipListMap<>();

    public AgentStatus(Clock clock) {
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /** Begins, or begins anew, to count for a tunnel. */
    public TunnelStatus add(TunnelEntry entry) {
        TunnelStatus status = new TunnelStatus(entry.publicAddress(), entry.to(), clock);
        tunnels.put(entry.label(), status);
        return status;
    }

    public void remove(String tunnel) {
        tunnels.remove(tunnel);
    }

    public Instant startedAt() {
        return startedAt;
    }

    /** The figures of all tunnels, by name. */
    public Map<String, TunnelStatus.Figures> figures() {
        Map<String, TunnelStatus.Figures> figures = new TreeMap<>();
        tunnels.forEach((name, status) -> figures.put(name, status.figures()));
        return figures;
    }
}
