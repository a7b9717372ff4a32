package dev.culvert.tunnel.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All other replicas and the agents they hold, in memory: routing a request asks no store. Read from any thread; what is
 * read may be outdated, and the replica that is asked in vain says so.
 */
public final class ClusterMap {
    private final String self;
    private final LongSupplier nanoTime;
    private final Map<String, Known> members = new HashMap<>();
    private final ConcurrentHashMap<UUID, List<Holder>> byTunnel = new ConcurrentHashMap<>();
    private volatile List<Member> others = List.of();
    private volatile CompletableFuture<@Nullable Void> nextChange = new CompletableFuture<>();

    /** A member, its leases, and when it last gave a sign of life. */
    private static final class Known {
        private Member member;
        private final Map<UUID, Lease> leases = new HashMap<>();
        private long aliveNanos;

        Known(Member member, long aliveNanos) {
            this.member = member;
            this.aliveNanos = aliveNanos;
        }
    }

    /** A replica that holds an agent connection. */
    public record Holder(Member member, Lease lease) {}

    /**
     * @param self name of this replica, which is in no answer
     * @param nanoTime source of monotonic time
     */
    public ClusterMap(String self, LongSupplier nanoTime) {
        this.self = self;
        this.nanoTime = nanoTime;
    }

    /** Name of this replica. */
    public String self() {
        return self;
    }

    /** Replicas that hold an agent of the tunnel, this one never among them. */
    public List<Holder> elsewhere(UUID tunnelId) {
        return byTunnel.getOrDefault(tunnelId, List.of());
    }

    /** Whether a replica that stays holds a connection of this agent process. */
    public boolean heldElsewhere(UUID tunnelId, String agentInstance) {
        return elsewhere(tunnelId).stream()
                .anyMatch(holder ->
                        !holder.member().draining() && holder.lease().instance().equals(agentInstance));
    }

    /** The other replicas that are believed to live. */
    public List<Member> others() {
        return others;
    }

    /** A replica and how long it has given no sign of life. */
    public record Sighting(Member member, Duration silentFor) {}

    /** The other replicas, for people to look at. */
    public synchronized List<Sighting> sightings() {
        long now = nanoTime.getAsLong();
        return members.values().stream()
                .map(known -> new Sighting(known.member, Duration.ofNanos(now - known.aliveNanos)))
                .toList();
    }

    /** The other replicas that take new agents. */
    public List<Member> staying() {
        return others.stream().filter(member -> !member.draining()).toList();
    }

    /** How many replicas take agents, this one included. */
    public int takingAgents() {
        return staying().size() + 1;
    }

    /**
     * Forgets what a replica held of a tunnel's endpoint: it said that it holds nothing. What it was heard to hold since it was
     * asked stays.
     *
     * @param whenAsked holders of the tunnel as they were known then
     */
    public synchronized void forget(Holder holder, List<Holder> whenAsked) {
        Known known = members.get(holder.member().name());
        if (known != null) {
            whenAsked.stream()
                    .filter(other ->
                            other.member().name().equals(holder.member().name()))
                    .map(Holder::lease)
                    .filter(lease ->
                            lease.endpointOrDefault().equals(holder.lease().endpointOrDefault()))
                    .forEach(lease -> {
                        known.leases.remove(lease.sessionId());
                        unindex(lease);
                    });
            changed();
        }
    }

    /** Waits for the next change; may return without one. Blocks. */
    public void awaitChange(Duration atMost) {
        nextChange
                .copy()
                .completeOnTimeout(null, atMost.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private void changed() {
        CompletableFuture<@Nullable Void> awaited = nextChange;
        nextChange = new CompletableFuture<>();
        awaited.complete(null);
    }

    // What the keeper of the leases learns

    /**
     * Takes a change in.
     *
     * @return false if something before it was missed, so that all leases of the member must be read
     */
    synchronized boolean apply(Delta delta) {
        Member member = delta.member();
        if (member.name().equals(self)) {
            return true;
        }
        if (delta.gone()) {
            Known known = members.get(member.name());
            if (known != null && known.member.incarnation().equals(member.incarnation())) {
                drop(member.name());
            }
            return true;
        }
        Known known = members.get(member.name());
        if (known == null || !(member.follows(known.member) || member.sameLeases(known.member))) {
            return false;
        }
        delta.removed().forEach(id -> {
            Lease ended = known.leases.remove(id);
            if (ended != null) {
                unindex(ended);
            }
        });
        delta.added().forEach(lease -> known.leases.put(lease.sessionId(), lease));
        become(known, member, delta.added());
        return true;
    }

    /** Replaces all that is known of a member. */
    synchronized void replace(Member member, Collection<Lease> leases) {
        if (member.name().equals(self)) {
            return;
        }
        Known known = members.get(member.name());
        if (known == null) {
            known = new Known(member, nanoTime.getAsLong());
            members.put(member.name(), known);
        } else {
            known.leases.values().forEach(this::unindex);
            known.leases.clear();
        }
        for (Lease lease : leases) {
            known.leases.put(lease.sessionId(), lease);
        }
        become(known, member, known.leases.values());
    }

    /**
     * Notes what a member says of itself.
     *
     * @return false if its leases must be read
     */
    synchronized boolean observe(Member member) {
        if (member.name().equals(self)) {
            return true;
        }
        Known known = members.get(member.name());
        if (known == null || !known.member.sameLeases(member)) {
            return false;
        }
        become(known, member, List.of());
        return true;
    }

    /** Believes in everybody anew; to be called when the store was away, so that nobody could be heard. */
    synchronized void extendAll() {
        members.values().forEach(known -> known.aliveNanos = nanoTime.getAsLong());
    }

    /** Forgets members that have been silent for longer than the lease, and returns their names. */
    synchronized List<String> expire(Duration lease) {
        long now = nanoTime.getAsLong();
        List<String> silent = members.entrySet().stream()
                .filter(entry -> now - entry.getValue().aliveNanos > lease.toNanos())
                .map(Map.Entry::getKey)
                .toList();
        silent.forEach(this::drop);
        return silent;
    }

    private void become(Known known, Member member, Collection<Lease> changed) {
        if (member.beat() != known.member.beat() || !member.incarnation().equals(known.member.incarnation())) {
            known.aliveNanos = nanoTime.getAsLong();
        }
        boolean otherRoute = !member.address().equals(known.member.address())
                || member.draining() != known.member.draining()
                || !member.incarnation().equals(known.member.incarnation());
        known.member = member;
        (otherRoute ? known.leases.values() : changed).forEach(lease -> index(member, lease));
        publishOthers();
    }

    private void drop(String name) {
        Known gone = members.remove(name);
        if (gone != null) {
            gone.leases.values().forEach(this::unindex);
            publishOthers();
        }
    }

    private void publishOthers() {
        others = members.values().stream().map(known -> known.member).toList();
        changed();
    }

    private void index(Member member, Lease lease) {
        byTunnel.compute(lease.tunnelId(), (_, before) -> {
            List<Holder> after = new ArrayList<>(without(before, lease));
            after.add(new Holder(member, lease));
            return List.copyOf(after);
        });
    }

    private void unindex(Lease lease) {
        byTunnel.computeIfPresent(lease.tunnelId(), (_, before) -> {
            List<Holder> after = without(before, lease);
            return after.isEmpty() ? null : after;
        });
    }

    private static List<Holder> without(@Nullable List<Holder> holders, Lease lease) {
        Stream<Holder> all = holders == null ? Stream.empty() : holders.stream();
        return all.filter(holder -> !holder.lease().sessionId().equals(lease.sessionId()))
                .toList();
    }
}
