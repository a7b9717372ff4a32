package dev.culvert.tunnel.endpoint;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.cluster.Cluster;
import dev.culvert.tunnel.session.SessionEvent;
import dev.culvert.tunnel.session.SessionRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Keeps what the data plane knows of endpoints equal to what is stored, and stores what it finds out: agents that come and go,
 * health, and switches. All of it can be repeated; while the database is away, requests are served by what is known.
 */
@Component
class EndpointWatch implements SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(EndpointWatch.class);

    /** A change may be committed after its time has been read. */
    private static final Duration OVERLAP = Duration.ofSeconds(30);

    /** So many readings of changes until everything is read, and what is no more is forgotten. */
    private static final int READINGS_OF_CHANGES = 60;

    private final Endpoints endpoints;
    private final EndpointStore store;
    private final Switchover switchover;
    private final Cluster cluster;
    private final HealthChecks checks;
    private final TransactionOperations transactions;
    private final EndpointProperties properties;
    private final Clock clock;
    private final ExecutorService work = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("endpoints-", 0).factory());

    /** So that agents that all come back at once leave connections for everybody else. */
    private final Semaphore atOnce = new Semaphore(4);

    private final ReentrantLock switching = new ReentrantLock();
    private final Instant startedAt;

    /** Endpoints whose agents this replica has seen. */
    private final Set<Endpoints.Key> met = ConcurrentHashMap.newKeySet();

    // Of the one that refreshes
    private Instant seen = Instant.EPOCH;
    private int readings;

    EndpointWatch(
            Endpoints endpoints,
            EndpointStore store,
            Switchover switchover,
            SessionRegistry registry,
            Cluster cluster,
            TransactionOperations transactions,
            EndpointProperties properties,
            Clock clock) {
        this.endpoints = endpoints;
        this.store = store;
        this.switchover = switchover;
        this.checks = new HealthChecks(endpoints, registry, cluster.map(), properties, clock);
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
        this.cluster = cluster;
        this.startedAt = clock.instant();
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::refresh, properties.refresh());
        registrar.addFixedDelayTask(this::look, properties.look());
    }

    @PreDestroy
    void close() {
        work.close();
    }

    // Agents come and go

    void onSession(SessionEvent event) {
        try {
            work.execute(() -> take(event));
        } catch (RejectedExecutionException e) {
            log.atDebug().log("An agent left after this replica had ended");
        }
    }

    private void take(SessionEvent event) {
        atOnce.acquireUninterruptibly();
        try {
            if (event instanceof SessionEvent.Connected) {
                welcome(event.session());
            }
            endpoints.of(event.session().tunnelId()).ifPresent(this::settle);
        } catch (DataAccessException | TransactionException e) {
            log.atWarn()
                    .setCause(e)
                    .addKeyValue("culvert.tunnel.id", event.session().tunnelId())
                    .log("An endpoint cannot be stored now; the next look sees to it");
        } finally {
            atOnce.release();
        }
    }

    /** The first agent of a name makes the endpoint; a later one may say that its local service is elsewhere now. */
    private void welcome(SessionEvent.SessionInfo agent) {
        Optional<Endpoint> known = endpoints.of(agent.tunnelId()).flatMap(tunnel -> tunnel.named(agent.endpoint()));
        boolean right = known.filter(
                        endpoint -> agent.target().isEmpty() || endpoint.url().equals(agent.target()))
                .isPresent();
        if (!right) {
            inTenant(agent.tenantId(), () -> switchover.welcome(agent)).ifPresent(endpoints::learn);
        }
    }

    /** Compares everything with the agents that are there: what was missed, or happened elsewhere, is found here. */
    void look() {
        for (TunnelEndpoints tunnel : endpoints.all()) {
            try {
                checks.beginDue(tunnel);
                if (tunnel.several()) {
                    settle(tunnel);
                }
            } catch (DataAccessException | TransactionException e) {
                log.atWarn()
                        .setCause(e)
                        .addKeyValue("culvert.tunnel.id", tunnel.tunnelId())
                        .log("A switch of endpoints cannot be stored now; the next look sees to it");
            }
        }
        save();
    }

    /**
     * Notes which endpoints have agents, and which one carries the tunnel; then lets those go on who wait. Not while this
     * replica goes down: its agents leave it, not their tunnels.
     */
    private void settle(TunnelEndpoints tunnel) {
        UUID id = tunnel.tunnelId();
        if (cluster.draining()) {
            return;
        }
        Instant now = now();
        for (Endpoint endpoint : tunnel.endpoints()) {
            boolean there = endpoints.presence(id, endpoint.name()) != Presence.NONE;
            boolean known = endpoint.health().agentOffline();
            if (there) {
                met.add(new Endpoints.Key(id, endpoint.name()));
            }
            if (there && known) {
                endpoints.change(id, endpoint.name(), health -> health.reset(now));
            } else if (!there && !known && tunnel.several() && isMissed(tunnel, endpoint.name())) {
                endpoints.change(id, endpoint.name(), health -> health.gone(now));
            }
        }
        follow(id);
        endpoints.callIfServed(id);
    }

    /** Whether an endpoint was there and is not any more. After a start it may just not have come back yet. */
    private boolean isMissed(TunnelEndpoints tunnel, String endpoint) {
        boolean wasThere = tunnel.active().filter(endpoint::equals).isPresent()
                || tunnel.named(endpoint)
                        .filter(it -> it.health().status() != Health.Status.UNKNOWN)
                        .isPresent();
        return met.contains(new Endpoints.Key(tunnel.tunnelId(), endpoint))
                || (wasThere && !startedAt.plus(properties.agentsReturn()).isAfter(now()));
    }

    /** One after the other, so that a switch is decided with all that is known of it. */
    private void follow(UUID tunnelId) {
        switching.lock();
        try {
            endpoints.of(tunnelId).ifPresent(this::followAlone);
        } finally {
            switching.unlock();
        }
    }

    private void followAlone(TunnelEndpoints tunnel) {
        UUID id = tunnel.tunnelId();
        Optional<Endpoint> leader = endpoints.choice(tunnel).leader();
        Optional<String> active = tunnel.active();
        boolean waits = active.filter(name -> tunnel.named(name).isPresent()
                        && endpoints.presence(id, name) == Presence.NONE
                        && !isMissed(tunnel, name))
                .isPresent();
        if (leader.isPresent()
                && !waits
                && active.filter(leader.get().name()::equals).isEmpty()) {
            inTenant(tunnel.tenantId(), () -> {
                switchover.lead(tunnel, leader.get());
                return Optional.empty();
            });
            reload(id, tunnel.tenantId());
        }
    }

    // What is stored

    /** Stores health that changed, and what follows from it. */
    void save() {
        for (Endpoints.Key key : endpoints.takeUnsaved()) {
            endpoints
                    .of(key.tunnelId())
                    .ifPresent(tunnel -> tunnel.named(key.name()).ifPresent(endpoint -> save(key, tunnel, endpoint)));
        }
    }

    private void save(Endpoints.Key key, TunnelEndpoints tunnel, Endpoint endpoint) {
        try {
            inTenant(tunnel.tenantId(), () -> {
                store.saveHealth(endpoint.id(), endpoint.health());
                return Optional.empty();
            });
        } catch (DataAccessException | TransactionException e) {
            endpoints.saveLater(key);
            log.atWarn()
                    .setCause(e)
                    .addKeyValue("culvert.tunnel.id", key.tunnelId())
                    .log("The health of an endpoint cannot be stored now; the next look tries again");
        }
    }

    /** Takes what is stored of a tunnel into memory at once. */
    Optional<TunnelEndpoints> reload(UUID tunnelId, UUID tenantId) {
        Optional<TunnelEndpoints> stored = inTenant(tenantId, () -> store.read(tunnelId));
        stored.ifPresent(endpoints::learn);
        return endpoints.of(tunnelId);
    }

    /** Checks a tunnel's endpoints whose agents are here; the others are checked by the replicas that have them. */
    CompletableFuture<Void> checkNow(TunnelEndpoints tunnel) {
        return checks.now(tunnel);
    }

    /** To be called after a change of a tunnel: takes it in and does what follows from it. */
    Optional<TunnelEndpoints> changed(UUID tunnelId, UUID tenantId) {
        reload(tunnelId, tenantId).ifPresent(this::settle);
        save();
        return reload(tunnelId, tenantId);
    }

    void refresh() {
        boolean all = readings++ % READINGS_OF_CHANGES == 0;
        Instant after = all || seen.equals(Instant.EPOCH) ? Instant.EPOCH : seen.minus(OVERLAP);
        try {
            EndpointStore.Changes changes = TenantScope.callAsSystem(
                    "learn the endpoints of tunnels",
                    () -> Optional.ofNullable(
                                    transactions.execute(_ -> store.changedAfter(after, endpoints::knowsAsStoredAt)))
                            .orElseThrow());
            changes.tunnels().forEach(endpoints::learn);
            // Not from the latest change: what came last would be looked at again and again while nothing changes.
            seen = changes.readAt();
            if (all) {
                endpoints.retain(changes.there(), changes.latest());
                checks.retainKnown();
                met.removeIf(key -> !changes.there().contains(key.tunnelId()));
            }
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Endpoints of tunnels cannot be read now; the last ones known hold");
        }
    }

    private <T> Optional<T> inTenant(UUID tenantId, Supplier<Optional<T>> action) {
        Optional<T> result = TenantScope.call(tenantId, () -> transactions.execute(_ -> action.get()));
        return result == null ? Optional.empty() : result;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
