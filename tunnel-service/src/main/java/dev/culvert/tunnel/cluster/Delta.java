package dev.culvert.tunnel.cluster;

import java.util.List;
import java.util.UUID;

/**
 * A change of one replica's leases, sent to all others.
 *
 * @param member its state after the change
 * @param added new leases
 * @param removed sessions whose leases have ended
 * @param gone whether the replica has left altogether
 */
record Delta(Member member, List<Lease> added, List<UUID> removed, boolean gone) {
    Delta {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
    }
}
