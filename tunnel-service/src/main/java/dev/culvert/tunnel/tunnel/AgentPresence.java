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

    /** Connections of this replica by tunnel, as told by the data plane. */
    private final ConcurrentHashMap<UUID, Map<UUID, SessionInfo>> live = new ConcurrentHashMap<>();

    /** Sessions this replica is about to close for a reason their owner should read, until they are gone. */
    private final ConcurrentHashMap<UUID, String> turnedAway = new ConcurrentHashMap<>();

    private record Change(UUID tenantId, String reason) {}

    /** Tunnels whose agents changed and that wait to be settled. */
    private final ConcurrentHashMap<UUID, Change> changed = new ConcurrentHashMap<>();

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

    /** Takes all changes of the tunnel since the last time together: only the present counts. */
    private void settleChanged(UUID tunnelId) {
        atOnce.acquireUninterruptibly();
        try {
            Change change = changed.remove(tunnelId);
            if (change != null) {
                settle(tunnelId, change.tenantId(), change.reason());
            }
        } catch (DataAccessException | TransactionException e) {
            log.atWarn()
                    .setCause(e)
                    .addKeyValue("culvert.tunnel.id", tunnelId)
                    .log("A tunnel's status cannot follow its agents now; the next sweep sees to it");
        } finally {
            atOnce.release();
        }
    }

    /** Stores what the last sessions said while the database is still there. */
    @PreDestroy
    void close() {
        settlers.close();
    }

    /** Repairs what differs. Everything it does can be interrupted and repeated. */
    void sweep() {
        try {
            Map<UUID, UUID> tenantOfUnsettled = TenantScope.callAsSystem(
                    "compare stored agent connections with real ones",
                    () -> Optional.ofNullable(transactions.execute(_ -> unsettled()))
                            .orElseThrow());
            tenantOfUnsettled.forEach((tunnelId, tenantId) -> settle(tunnelId, tenantId, LOST));
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Agent connections cannot be compared now; the next sweep tries again");
        }
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
                .filter(row -> !real.containsKey(row.sessionId()))
                .forEach(row -> found.put(row.tunnelId(), row.tenantId()));
        real.values().stream()
                .filter(session -> !stored.contains(session.sessionId()))
                .forEach(session -> found.put(session.tunnelId(), session.tenantId()));
        Set<UUID> held = new HashSet<>(live.keySet());
        if (!held.isEmpty()) {
            Set<UUID> right = new HashSet<>(tunnels.connectedAmong(held));
            real.values().stream()
                    .filter(session -> !right.contains(session.tunnelId()))
                    .forEach(session -> found.put(session.tunnelId(), session.tenantId()));
        }
        tunnels.connectedWithoutAgent().forEach(tunnel -> found.put(tunnel.getId(), tunnel.tenantId()));
        return found;
    }

    private Map<UUID, SessionInfo> realSessions() {
        return live.values().stream()
                .map(Map::values)
                .flatMap(Collection::stream)
                .collect(Collectors.toMap(SessionInfo::sessionId, session -> session));
    }

    /** Makes a tunnel's rows and status what its agents say, and closes agents that must not be there. */
    private void settle(UUID tunnelId, UUID tenantId, String lostReason) {
        Optional<CloseReason> intruders = TenantScope.call(
                tenantId,
                () -> Optional.ofNullable(transactions.execute(_ -> settleLocked(tunnelId, lostReason)))
                        .orElseThrow());
        Optional<UUID> newTenant = intruders
                .filter(CloseReason.TUNNEL_DELETED::equals)
                .flatMap(_ -> tenantOf(tunnelId))
                .filter(tenant -> !tenant.equals(tenantId));
        if (newTenant.isPresent()) {
            // It was handed over, and the new owner's agents are here already.
            settle(tunnelId, newTenant.get(), lostReason);
        } else {
            intruders.ifPresent(why -> sessions.getObject().close(tunnelId, why));
        }
    }

    private Optional<UUID> tenantOf(UUID tunnelId) {
        return TenantScope.callAsSystem(
                "see whether a tunnel that is not found is another tenant's now",
                () -> Optional.ofNullable(transactions.execute(_ -> tunnels.findById(tunnelId)))
                        .flatMap(found -> found)
                        .map(Tunnel::tenantId));
    }

    private Optional<CloseReason> settleLocked(UUID tunnelId, String lostReason) {
        Optional<Tunnel> tunnel = tunnels.lock(tunnelId);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Collection<SessionInfo> here = live.getOrDefault(tunnelId, Map.of()).values();
        boolean mayBeHere = tunnel.filter(it -> !it.lifecycle().stopped()).isPresent();
        AgentConnections.Settled settled = connections.settle(tunnelId, mayBeHere ? here : List.of(), now);
        tunnel.ifPresent(it -> follow(it, settled, lostReason, now));
        if (mayBeHere || here.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(tunnel.isPresent() ? CloseReason.TUNNEL_STOPPED : CloseReason.TUNNEL_DELETED);
    }

    private void follow(Tunnel tunnel, AgentConnections.Settled settled, String lostReason, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        settled.opened()
                .forEach(session -> usage.connectionOpened(
                        tunnel.getId(), tunnel.tenantId(), session.userId(), today, settled.total()));
        Lifecycle life = tunnel.lifecycle();
        service.become(tunnel, settled.total() > 0 ? life.agentsPresent() : life.agentsGone(lostReason));
    }
}
