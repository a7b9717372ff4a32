package dev.culvert.tunnel.ingress;

import dev.culvert.tunnel.cluster.ClusterMap;
import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnelprotocol.CloseReason;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads the connections of each agent over the replicas: tells agents how many there are, moves the second connection of
 * one when a replica has come that has none, and all of them when this replica goes down.
 */
final class AgentSpread {
    private static final Logger log = LoggerFactory.getLogger(AgentSpread.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration HAND_OVER_STEP = Duration.ofMillis(200);

    /** Agents that all come at once would wait for each other; so they are sent in groups. */
    private static final int MOVES_AT_ONCE = 50;

    private final SessionRegistry registry;
    private final ClusterMap cluster;
    private @Nullable ScheduledFuture<?> looks;
    private int told = 1;

    AgentSpread(SessionRegistry registry, ClusterMap cluster) {
        this.registry = registry;
        this.cluster = cluster;
    }

    void start(EventLoopGroup eventLoops) {
        looks = eventLoops
                .next()
                .scheduleWithFixedDelay(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop() {
        ScheduledFuture<?> planned = looks;
        if (planned != null) {
            planned.cancel(false);
        }
    }

    private void look() {
        int now = cluster.takingAgents();
        if (now != told) {
            told = now;
            registry.usable().forEach(session -> session.tell("{\"replicas\":" + now + "}"));
        }
        if (now > 1) {
            moveSeconds(registry.usableBesideOthers());
        }
    }

    private record AgentProcess(UUID tunnelId, String instance) {}

    private void moveSeconds(List<AgentSession> sessions) {
        Set<AgentProcess> seen = new HashSet<>();
        sessions.stream()
                .filter(AgentSession::spreads)
                .filter(session -> !session.link().movingAway())
                .filter(session -> !seen.add(new AgentProcess(
                        session.info().tunnelId(), session.info().agentInstance())))
                .filter(this::isMissedSomewhere)
                .limit(MOVES_AT_ONCE)
                .forEach(session -> session.link().drain(CloseReason.DRAINING));
    }

    private boolean isMissedSomewhere(AgentSession session) {
        Set<String> holders = new HashSet<>();
        cluster.elsewhere(session.info().tunnelId()).stream()
                .filter(holder ->
                        holder.lease().instance().equals(session.info().agentInstance()))
                .forEach(holder -> holders.add(holder.member().name()));
        return cluster.staying().stream().anyMatch(member -> !holders.contains(member.name()));
    }

    /**
     * Asks all agents to go elsewhere and goes on to use each until it has arrived there, so that none of its requests is
     * without a connection. Blocks.
     *
     * @param atMost how long to wait for those that do not arrive
     * @param look to be called when links have changed
     */
    void handOver(Duration atMost, Runnable look) {
        long deadline = System.nanoTime() + atMost.toNanos();
        List<AgentSession> left = registry.usable();
        while (!left.isEmpty() && !cluster.staying().isEmpty() && System.nanoTime() < deadline) {
            boolean moved = false;
            for (AgentSession session : left) {
                if (cluster.heldElsewhere(
                        session.info().tunnelId(), session.info().agentInstance())) {
                    session.link().drain(CloseReason.DRAINING);
                    moved = true;
                } else if (!session.link().movingAway()) {
                    session.link().askToMove(CloseReason.DRAINING);
                }
            }
            if (moved) {
                look.run();
            }
            cluster.awaitChange(HAND_OVER_STEP);
            left = registry.usable();
        }
        log.atInfo().addKeyValue("connections", left.size()).log("Agents were asked to use other replicas");
    }
}
