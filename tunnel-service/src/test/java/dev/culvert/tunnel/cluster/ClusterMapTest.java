package dev.culvert.tunnel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClusterMapTest {
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final AtomicLong now = new AtomicLong();
    private final ClusterMap map = new ClusterMap("a", now::get);
    private final UUID incarnation = UUID.randomUUID();
    private final UUID tunnel = UUID.randomUUID();

    private Member member(long beat, long revision, boolean draining) {
        return new Member("b", incarnation, "10.0.0.2:9083", "1", Instant.EPOCH, beat, revision, 1, 0, draining);
    }

    private Lease lease(String instance, int connection, long epoch) {
        return new Lease(UUID.randomUUID(), tunnel, instance, connection, epoch, null);
    }

    @Test
    void knowsWhereATunnelsAgentsAre() {
        map.replace(member(1, 1, false), List.of(lease("x", 0, 1)));

        assertThat(map.elsewhere(tunnel)).hasSize(1);
        assertThat(map.heldElsewhere(tunnel, "x")).isTrue();
        assertThat(map.heldElsewhere(tunnel, "y")).isFalse();
        assertThat(map.takingAgents()).isEqualTo(2);
    }

    @Test
    void takesChangesInTheirOrder() {
        Lease first = lease("x", 0, 1);
        Lease second = lease("x", 1, 2);
        map.replace(member(1, 1, false), List.of(first));

        assertThat(map.apply(new Delta(member(1, 2, false), List.of(second), List.of(first.sessionId()), false)))
                .isTrue();

        assertThat(map.elsewhere(tunnel)).extracting(ClusterMap.Holder::lease).containsExactly(second);
    }

    @Test
    void saysThatAChangeIsMissing() {
        map.replace(member(1, 1, false), List.of());

        assertThat(map.apply(new Delta(member(1, 3, false), List.of(lease("x", 0, 1)), List.of(), false)))
                .isFalse();
        assertThat(map.observe(member(1, 4, false))).isFalse();
        assertThat(map.elsewhere(tunnel)).isEmpty();
    }

    @Test
    void doesNotCountReplicasThatGoDownAsAPlaceForAgents() {
        map.replace(member(1, 1, false), List.of(lease("x", 0, 1)));

        map.apply(new Delta(member(1, 1, true), List.of(), List.of(), false));

        assertThat(map.takingAgents()).isEqualTo(1);
        assertThat(map.heldElsewhere(tunnel, "x")).isFalse();
        assertThat(map.elsewhere(tunnel))
                .singleElement()
                .satisfies(holder -> assertThat(holder.member().draining()).isTrue());
    }

    @Test
    void forgetsAReplicaThatFellSilentButNotOneThatBeats() {
        map.replace(member(1, 1, false), List.of(lease("x", 0, 1)));
        now.addAndGet(Duration.ofSeconds(9).toNanos());
        map.observe(member(2, 1, false));
        now.addAndGet(Duration.ofSeconds(9).toNanos());
        // The same beat read again is no sign of life.
        map.observe(member(2, 1, false));
        assertThat(map.expire(LEASE)).isEmpty();

        now.addAndGet(Duration.ofSeconds(2).toNanos());

        assertThat(map.expire(LEASE)).containsExactly("b");
        assertThat(map.elsewhere(tunnel)).isEmpty();
    }

    @Test
    void believesInEverybodyAnewAfterTheStoreWasAway() {
        map.replace(member(1, 1, false), List.of(lease("x", 0, 1)));
        now.addAndGet(Duration.ofMinutes(10).toNanos());

        map.extendAll();

        assertThat(map.expire(LEASE)).isEmpty();
        assertThat(map.elsewhere(tunnel)).hasSize(1);
    }

    @Test
    void forgetsWhatAReplicaSaysItDoesNotHold() {
        UUID other = UUID.randomUUID();
        Lease kept = new Lease(UUID.randomUUID(), other, "y", 0, 3, null);
        map.replace(member(1, 1, false), List.of(lease("x", 0, 1), lease("x", 1, 2), kept));

        List<ClusterMap.Holder> whenAsked = map.elsewhere(tunnel);
        map.forget(whenAsked.getFirst(), whenAsked);

        assertThat(map.elsewhere(tunnel)).isEmpty();
        assertThat(map.elsewhere(other)).hasSize(1);
    }

    @Test
    void keepsWhatAReplicaGotWhileItWasAsked() {
        map.replace(member(1, 1, false), List.of(lease("x", 0, 1)));
        List<ClusterMap.Holder> whenAsked = map.elsewhere(tunnel);
        Lease since = lease("x", 0, 2);
        map.apply(new Delta(member(1, 2, false), List.of(since), List.of(), false));

        map.forget(whenAsked.getFirst(), whenAsked);

        assertThat(map.elsewhere(tunnel)).extracting(ClusterMap.Holder::lease).containsExactly(since);
    }

    @Test
    void dropsAReplicaThatSaysFarewellButNotItsSuccessor() {
        map.replace(member(1, 1, false), List.of(lease("x", 0, 1)));
        Member before = new Member("b", UUID.randomUUID(), "10.0.0.2:9083", "1", Instant.EPOCH, 9, 9, 1, 0, true);

        map.apply(new Delta(before, List.of(), List.of(), true));
        assertThat(map.others()).hasSize(1);

        map.apply(new Delta(member(1, 1, true), List.of(), List.of(), true));
        assertThat(map.others()).isEmpty();
    }
}
