package dev.culvert.tunnel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OwnLeasesTest {
    private static final UUID TUNNEL = UUID.randomUUID();

    private final OwnLeases leases = new OwnLeases();

    @Test
    void tellsWhatCameAndWhatEndedOfATunnel() {
        Lease first = lease(TUNNEL, 0);
        Lease second = lease(TUNNEL, 1);
        become(TUNNEL, first);

        OwnLeases.Change change = become(TUNNEL, second);

        assertThat(change.added()).containsExactly(second);
        assertThat(change.ended()).containsExactly(first.sessionId());
        assertThat(leases.size()).isEqualTo(1);
    }

    @Test
    void leavesOtherTunnelsAlone() {
        UUID other = UUID.randomUUID();
        Lease there = lease(other, 0);
        become(other, there);

        assertThat(become(TUNNEL).isEmpty()).isTrue();

        assertThat(leases.all()).containsExactly(there);
        assertThat(leases.tunnels()).containsExactly(other);
    }

    @Test
    void numbersWhatHasNoNumberAndNothingElse() {
        become(TUNNEL, lease(TUNNEL, 0));
        leases.number(count -> 7);
        UUID other = UUID.randomUUID();
        OwnLeases.Change change = become(other, lease(other, 0), lease(other, 1));

        long highest = leases.number(count -> {
            assertThat(count).isEqualTo(2);
            return 8;
        });

        assertThat(highest).isEqualTo(9);
        assertThat(leases.numbered(change.added())).extracting(Lease::epoch).containsExactlyInAnyOrder(8L, 9L);
        assertThat(leases.all()).extracting(Lease::epoch).containsExactlyInAnyOrder(7L, 8L, 9L);
        assertThat(leases.number(_ -> {
                    throw new AssertionError("nothing is left to number");
                }))
                .isZero();
    }

    @Test
    void keepsItsNumberWhereTheSameSessionIsSeenAgain() {
        Lease lease = lease(TUNNEL, 0);
        become(TUNNEL, lease);
        leases.number(_ -> 3);

        assertThat(become(TUNNEL, lease).isEmpty()).isTrue();

        assertThat(leases.all()).extracting(Lease::epoch).containsExactly(3L);
    }

    @Test
    void findsTheOlderOneOfALinkThatWasMadeTwice() {
        Lease here = lease(TUNNEL, 0);
        become(TUNNEL, here, lease(TUNNEL, 1));
        leases.number(_ -> 3);
        Lease elsewhere = new Lease(UUID.randomUUID(), TUNNEL, here.instance(), 0, 9, null);

        assertThat(leases.olderThan(elsewhere)).extracting(Lease::sessionId).containsExactly(here.sessionId());
        assertThat(leases.olderThan(elsewhere.withEpoch(2))).isEmpty();
    }

    private OwnLeases.Change become(UUID tunnel, Lease... held) {
        OwnLeases.Change change = new OwnLeases.Change(new ArrayList<>(), new ArrayList<>());
        leases.become(tunnel, List.of(held), change);
        return change;
    }

    private static Lease lease(UUID tunnel, int connection) {
        return new Lease(UUID.randomUUID(), tunnel, "instance", connection, 0, null);
    }
}
