package dev.culvert.tunnel.tunnel;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.connection.AgentConnections;
import dev.culvert.tunnel.connection.AgentConnections.OwnRow;
import dev.culvert.tunnel.connection.ReplicaProperties;
import dev.culvert.tunnel.session.SessionEvent;
import dev.culvert.tunnel.session.SessionEvent.SessionInfo;
import dev.culvert.tunnel.session.SessionListener;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.usage.UsageDays;
import dev.culvert.tunnelprotocol.CloseReason;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Makes a tunnel's status follow its agents. Every path leads to {@link #settle}, which compares what is stored with the
 * connections this replica really holds and can therefore be repeated: after each session event, and every few seconds for
 * tunnels where the two differ, be it because the database was away, because this replica was killed and came back without
 * agents, or because another replica died.
 */
@Component
class AgentPresence implements SessionListener, SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(AgentPresence.class);
    private static final String LOST = "agent_lost";

    /** Tunnels that are settled in one transaction. */
    private static final int MOST_TOGETHER = 64;

    /** Connections of this replica by tunnel, as told by the data plane. */
    private final ConcurrentHashMap<UUID, Map<UUID, SessionInfo>> live = new ConcurrentHashMap<>();

    /** Sessions this replica is about to close for a reason their owner should read, until they are gone. */
    private final ConcurrentHashMap<UUID, String> turnedAway = new ConcurrentHashMap<>();

    private record Change(UUID tenantId, String reason) {}

    /** Tunnels whose agents changed and that wait to be settled. */
    private final ConcurrentHashMap<UUID, Change> changed = new ConcurrentHashMap<>();

    /** Those that are just being settled. */
    private final Set<UUID> settling = ConcurrentHashMap.newKeySet();

    /** So that agents that all come back at once leave connections for everybody else. */
    private final Semaphore atOnce = new Semaphore(4);

    private final ExecutorService settlers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("agent-presence-", 0).factory());

    private final TunnelService service;
    private final TunnelRepository tunnels;
    private final AgentConnections connections;
    private final UsageDays usage;
    private final ObjectProvider<SessionRegistry> sessions;
    private final ReplicaProperties replica;
    private final TransactionOperations transactions;
    private final Clock clock;

    AgentPresence(
            TunnelService service,
            TunnelRepository tunnels,
            AgentConnections connections,
            UsageDays usage,
            ObjectProvider<SessionRegistry> sessions,
            ReplicaProperties replica,
            TransactionOperations transactions,
            Clock clock) {
        this.service = service;
        this.tunnels = tunnels;
        this.connections = connections;
        this.usage = usage;
        this.sessions = sessions;
        this.replica = replica;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::sweep, replica.sweepInterval());
    }

    @Override
    public void onSession(SessionEvent event) {
        SessionInfo session = event.session();
        live.compute(session.tunnelId(), (_, before) -> {
            Map<UUID, SessionInfo> after = before == null ? new HashMap<>() : new HashMap<>(before);
            switch (event) {
                case SessionEvent.Connected _ -> after.put(session.sessionId(), session);
                case SessionEvent.Disconnected _ -> after.remove(session.sessionId());
            }
            return after.isEmpty() ? null : Map.copyOf(after);
        });
        String reason = switch (event) {
            case SessionEvent.Connected _ -> LOST; // of connections that ended unnoticed before this one
            case SessionEvent.Disconnected gone -> {
                String whyHere = turnedAway.remove(session.sessionId());
                yield whyHere == null ? gone.reason() : whyHere;
            }
        };
        changed.put(session.tunnelId(), new Change(session.tenantId(), reason));
        settlers.execute(() -> settleChanged(session.tunnelId()));
    }

    /** Closes the agents that came with a key that is no longer good. */
    void revoke(UUID apiKeyId) {
        realSessions().values().stream()
                .filter(session -> session.apiKeyId().filter(apiKeyId::equals).isPresent())
                .forEach(session -> turnedAway.put(session.sessionId(), CloseReason.REVOKED.wireName()));
        sessions.getObject().closeByApiKey(apiKeyId);
    }

    /** Takes all changes of the tunnel since the last time together, as only the present counts, and those of its neighbours. */
    private void settleChanged(UUID tunnelId) {
        atOnce.acquireUninterruptibly();
        try {
            Change change = changed.remove(tunnelId);
            if (change != null) {
                settleTogether(change.tenantId(), withNeighbours(tunnelId, change));
            }
        } catch (DataAccessException | TransactionException e) {
            log.atWarn()
                    .setCause(e)
                    .addKeyValue("culvert.tunnel.id", tunnelId)
                    .log("The status of tunnels cannot follow their agents now; the next sweep sees to it");
        } finally {
            atOnce.release();
        }
    }

    private void settleTogether(UUID tenantId, Map<UUID, String> reasons) {
        settling.addAll(reasons.keySet());
        try {
            settle(tenantId, reasons);
        } finally {
            settling.removeAll(reasons.keySet());
        }
    }

    /** Reasons by tunnel: of this one and of others of its tenant that wait as well. */
    private Map<UUID, String> withNeighbours(UUID tunnelId, Change change) {
        Map<UUID, String> reasons = new HashMap<>(Map.of(tunnelId, change.reason()));
        for (Map.Entry<UUID, Change> other : changed.entrySet()) {
            if (reasons.size() == MOST_TOGETHER) {
                break;
            }
            if (other.getValue().tenantId().equals(change.tenantId())
                    && changed.remove(other.getKey(), other.getValue())) {
                reasons.put(other.getKey(), other.getValue().reason());
            }
        }
        return reasons;
    }

    /** Stores what the last sessions said while the database is still there. */
    @PreDestroy
    void close() {
        settlers.close();
    }

    /** Repairs what differs. Everything it does can be interrupted and repeated. */
    void sweep() {
        Set<UUID> seenTo = seenTo();
        try {
            Map<UUID, UUID> tenantOfUnsettled = TenantScope.callAsSystem(
                    "compare stored agent connections with real ones",
                    () -> Optional.ofNullable(transactions.execute(_ -> unsettled()))
                            .orElseThrow());
            // They differ for a moment, and by the thousand when a replica was lost.
            seenTo.addAll(seenTo());
            tenantOfUnsettled.keySet().removeAll(seenTo);
            tenantOfUnsettled.forEach((tunnelId, tenantId) -> settle(tenantId, Map.of(tunnelId, LOST)));
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Agent connections cannot be compared now; the next sweep tries again");
        }
    }

    /** Tunnels that wait to be settled or are being so. */
    private Set<UUID> seenTo() {
        Set<UUID> tunnels = new HashSet<>(changed.keySet());
        tunnels.addAll(settling);
        return tunnels;
    }

    /** Tunnels whose rows or status are not what they should be, with their tenants. */
    private Map<UUID, UUID> unsettled() {
        List<String> dead = connections.removeDeadReplicas(clock.instant());
        if (!dead.isEmpty()) {
            log.atWarn().addKeyValue("culvert.replicas", dead).log("Removed the agent connections of dead replicas");
        }
        Map<UUID, UUID> found = new HashMap<>();
        List<OwnRow> rows = connections.ownRows();
        Set<UUID> stored = rows.stream().map(OwnRow::sessionId).collect(Collectors.toSet());
        Map<UUID, SessionInfo> real = realSessions();
        rows.stream()
                .filter(row -> !real.containsKey(row.sessionId()) || !row.told())
                .forEach(row -> found.put(row.tunnelId(), row.tenantId()));
        real.values().stream()
                .filter(session -> !stored.contains(session.sessionId()))
                .forEach(session -> found.put(session.tunnelId(), session.tenantId()));
        tunnels.connectedWithoutAgent().forEach(tunnel -> found.put(tunnel.getId(), tunnel.tenantId()));
        return found;
    }

    private Map<UUID, SessionInfo> realSessions() {
        return live.values().stream()
                .map(Map::values)
                .flatMap(Collection::stream)
                .collect(Collectors.toMap(SessionInfo::sessionId, session -> session));
    }

    /**
     * Makes the rows and the status of a tenant's tunnels what their agents say, and closes agents that must not be there.
     *
     * @param lostReasons by tunnel: why connections ended that are gone without a word
     */
    private void settle(UUID tenantId, Map<UUID, String> lostReasons) {
        Map<UUID, CloseReason> intruders = TenantScope.call(
                tenantId,
                () -> Optional.ofNullable(transactions.execute(_ -> settleLocked(lostReasons)))
                        .orElseThrow());
        intruders.forEach((tunnelId, why) -> {
            Optional<UUID> newTenant = Optional.of(why)
                    .filter(CloseReason.TUNNEL_DELETED::equals)
                    .flatMap(_ -> tenantOf(tunnelId))
                    .filter(tenant -> !tenant.equals(tenantId));
            if (newTenant.isPresent()) {
                // It was handed over, and the new owner's agents are here already.
                settle(newTenant.get(), Map.of(tunnelId, lostReasons.getOrDefault(tunnelId, LOST)));
            } else {
                sessions.getObject().close(tunnelId, why);
            }
        });
    }

    private Optional<UUID> tenantOf(UUID tunnelId) {
        return TenantScope.callAsSystem(
                "see whether a tunnel that is not found is another tenant's now",
                () -> Optional.ofNullable(transactions.execute(_ -> tunnels.findById(tunnelId)))
                        .flatMap(found -> found)
                        .map(Tunnel::tenantId));
    }

    private Map<UUID, CloseReason> settleLocked(Map<UUID, String> lostReasons) {
        Map<UUID, Tunnel> known = tunnels.lockAll(lostReasons.keySet()).stream()
                .collect(Collectors.toMap(Tunnel::getId, tunnel -> tunnel));
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Map<UUID, Collection<SessionInfo>> allowed = new HashMap<>();
        Map<UUID, CloseReason> intruders = new HashMap<>();
        for (UUID tunnelId : lostReasons.keySet()) {
            Collection<SessionInfo> here = live.getOrDefault(tunnelId, Map.of()).values();
            Tunnel tunnel = known.get(tunnelId);
            boolean mayBeHere = tunnel != null && !tunnel.lifecycle().stopped();
            allowed.put(tunnelId, mayBeHere ? here : List.of());
            if (!mayBeHere && !here.isEmpty()) {
                intruders.put(tunnelId, tunnel == null ? CloseReason.TUNNEL_DELETED : CloseReason.TUNNEL_STOPPED);
            }
        }
        Map<UUID, AgentConnections.Settled> settled = connections.settle(allowed, now);
        countOpened(known, settled, now);
        settled.forEach((tunnelId, connected) -> {
            Tunnel tunnel = known.get(tunnelId);
            if (tunnel != null) {
                Lifecycle life = tunnel.lifecycle();
                service.become(
                        tunnel,
                        connected.total() > 0
                                ? life.agentsPresent()
                                : life.agentsGone(lostReasons.getOrDefault(tunnelId, LOST)));
            }
        });
        return intruders;
    }

    private void countOpened(Map<UUID, Tunnel> known, Map<UUID, AgentConnections.Settled> settled, Instant now) {
        List<UsageDays.Opened> opened = new ArrayList<>();
        settled.forEach((tunnelId, connected) -> {
            Tunnel tunnel = known.get(tunnelId);
            if (tunnel != null) {
                connected.opened().stream()
                        .collect(Collectors.groupingBy(SessionInfo::userId, Collectors.summingInt(_ -> 1)))
                        .forEach((userId, count) -> opened.add(
                                new UsageDays.Opened(tunnelId, tunnel.tenantId(), userId, count, connected.total())));
            }
        });
        usage.connectionsOpened(opened, LocalDate.ofInstant(now, ZoneOffset.UTC));
    }
}
