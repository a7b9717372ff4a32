package dev.culvert.tunnel.cluster;

import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.SessionRegistry;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps the store's leases equal to the agents this replica holds, and the map equal to the leases of the others. Everything
 * happens on one thread and can be repeated: what was missed, because the store was away or emptied or a message was lost,
 * is found by the next heartbeat.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what is scheduled catches its own failures
final class ClusterKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClusterKeeper.class);
    private static final int LAST_WORD_SECONDS = 5;

    private final ClusterProperties properties;
    private final ClusterMap map;
    private final SessionRegistry sessions;
    private final IntSupplier requests;
    private final LeaseStore store;
    private final Self self;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("cluster").factory());
    private final AtomicBoolean lookDue = new AtomicBoolean();
    private final Set<UUID> changedTunnels = ConcurrentHashMap.newKeySet();
    private final CountDownLatch joined = new CountDownLatch(1);

    // This thread only
    private final OwnLeases own = new OwnLeases();
    private long beat;
    private long revision;
    private long highestEpoch;
    private boolean storeBehind = true;
    private boolean storeAway;

    private volatile boolean draining;

    /** What does not change about this replica. */
    record Self(String name, UUID incarnation, String address, String version, Instant startedAt) {}

    /**
     * @param requests requests this replica answers at the moment
     * @param news told of tunnels that other replicas changed, on the thread of the keeper
     */
    ClusterKeeper(
            ClusterProperties properties,
            ClusterMap map,
            SessionRegistry sessions,
            IntSupplier requests,
            JsonMapper json,
            Self self,
            Consumer<TunnelNews> news) {
        this.properties = properties;
        this.map = map;
        this.sessions = sessions;
        this.requests = requests;
        this.self = self;
        this.store = new LeaseStore(
                properties, json, delta -> submit(() -> hear(delta)), changed -> submit(() -> hear(changed, news)));
    }

    void start() {
        long period = properties.heartbeat().toMillis();
        thread.scheduleWithFixedDelay(() -> guarded(() -> heartbeat()), 0, period, TimeUnit.MILLISECONDS);
    }

    /** Waits until this replica was announced to the others and has read what they hold; false if that takes longer. */
    boolean awaitJoined(Duration atMost) throws InterruptedException {
        return joined.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** To be called when agents of a tunnel have come or gone. Many calls in a row cost one look, at those tunnels alone. */
    void look(UUID tunnelId) {
        changedTunnels.add(tunnelId);
        if (lookDue.compareAndSet(false, true)) {
            submit(() -> {
                lookDue.set(false);
                Set<UUID> changed = Set.copyOf(changedTunnels);
                changedTunnels.removeAll(changed);
                guarded(() -> shareChanges(changed));
            });
        }
    }

    /** To be called when agents of many tunnels may have come or gone. */
    void look() {
        submit(() -> guarded(() -> shareChanges()));
    }

    private void submit(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            log.atDebug().log("A change of the cluster came after this replica had left it");
        }
    }

    /** Says that this replica goes down. Blocks until it has been said, or cannot be. */
    void drain() {
        draining = true;
        awaitDone(thread.submit(() -> guarded(() -> store.change(new Delta(member(), List.of(), List.of(), false)))));
    }

    /** Takes this replica and its leases out. Blocks. */
    @Override
    public void close() {
        awaitDone(thread.submit(() -> {
            // Nothing after the farewell, or a last heartbeat would bring this replica back for the length of a lease.
            thread.shutdown();
            guarded(() -> store.remove(new Delta(member(), List.of(), List.of(), true)));
        }));
        vanish();
    }

    /** Falls silent; the leases run out by themselves. */
    void vanish() {
        thread.shutdownNow();
        store.close();
    }

    private static void awaitDone(Future<?> task) {
        try {
            task.get(LAST_WORD_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.atWarn().setCause(e).log("The other replicas could not be told, they find out by themselves");
        }
    }

    /** A store that is away is no reason to stop: the map stays as it is, and leases are renewed when it is back. */
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RedisException e) {
            storeBehind = true;
            if (!storeAway) {
                storeAway = true;
                log.atWarn()
                        .addKeyValue("reason", e.toString())
                        .log("Redis does not answer; this replica goes on with what it knows of the others");
            }
        } catch (RuntimeException e) {
            storeBehind = true;
            log.atError().setCause(e).log("The cluster's state could not be compared; the next heartbeat tries again");
        }
    }

    private void heartbeat() {
        beat++;
        shareChanges();
        if (storeBehind || !store.renew(member(), own.size())) {
            // A step that no single change makes: the others read everything anew.
            revision += 2;
            giveEpochs();
            store.rewrite(member(), own.all().toList());
            store.publish(new Delta(member(), List.of(), List.of(), false));
            storeBehind = false;
        }
        List<Member> members = store.members();
        if (storeAway) {
            storeAway = false;
            map.extendAll();
            log.atInfo().log("Redis is back, leases are renewed");
        }
        for (Member member : members) {
            if (!map.observe(member)) {
                read(member.name());
            }
        }
        List<String> silent = map.expire(properties.lease());
        if (!silent.isEmpty()) {
            log.atWarn().addKeyValue("culvert.replicas", silent).log("Replicas fell silent and are forgotten");
            silent.forEach(store::removeEndless);
        }
        joined.countDown();
    }

    /** Compares all agents this replica holds with its leases, and passes on what differs. */
    private void shareChanges() {
        Map<UUID, List<AgentSession>> held = sessions.usable().stream()
                .collect(Collectors.groupingBy(session -> session.info().tunnelId()));
        Set<UUID> tunnels = new HashSet<>(own.tunnels());
        tunnels.addAll(held.keySet());
        shareChanges(tunnels, tunnel -> held.getOrDefault(tunnel, List.of()));
    }

    /** The same, of some tunnels. */
    private void shareChanges(Set<UUID> tunnels) {
        shareChanges(tunnels, sessions::usable);
    }

    private void shareChanges(Set<UUID> tunnels, Function<UUID, List<AgentSession>> held) {
        OwnLeases.Change change = new OwnLeases.Change(new ArrayList<>(), new ArrayList<>());
        for (UUID tunnel : tunnels) {
            own.become(
                    tunnel,
                    held.apply(tunnel).stream().map(ClusterKeeper::lease).toList(),
                    change);
        }
        if (change.isEmpty()) {
            return;
        }
        revision++;
        if (!storeBehind) {
            giveEpochs();
            store.change(new Delta(member(), own.numbered(change.added()), change.ended(), false));
        }
    }

    private static Lease lease(AgentSession session) {
        return new Lease(
                session.info().sessionId(),
                session.info().tunnelId(),
                session.info().agentInstance(),
                session.connection(),
                0,
                session.info().endpoint());
    }

    private void giveEpochs() {
        highestEpoch = Math.max(highestEpoch, own.number(count -> store.nextEpochs(count, highestEpoch)));
    }

    private void hear(Delta delta) {
        if (delta.member().name().equals(self.name())) {
            return;
        }
        guarded(() -> {
            if (!map.apply(delta)) {
                read(delta.member().name());
            }
            delta.added().forEach(this::giveWay);
        });
    }

    private void hear(TunnelNews changed, Consumer<TunnelNews> news) {
        if (!changed.from().equals(self.name())) {
            guarded(() -> news.accept(changed));
        }
    }

    /** Tells the other replicas of a changed tunnel. What cannot be told now they find out when their answers run out. */
    void tell(TunnelNews changed) {
        submit(() -> guarded(() -> store.publish(changed)));
    }

    private void read(String name) {
        store.held(name).ifPresent(held -> {
            map.replace(held.member(), held.leases());
            held.leases().forEach(this::giveWay);
        });
    }

    /** The same link of the same agent process came up elsewhere: what is here is dead and does not know it. */
    private void giveWay(Lease newer) {
        highestEpoch = Math.max(highestEpoch, newer.epoch());
        own.olderThan(newer).forEach(older -> sessions.replace(older.tunnelId(), older.sessionId()));
    }

    /** This replica as it is now. */
    Member member() {
        return new Member(
                self.name(),
                self.incarnation(),
                self.address(),
                self.version(),
                self.startedAt(),
                beat,
                revision,
                own.size(),
                requests.getAsInt(),
                draining);
    }
}
