package dev.culvert.tunnel.session;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.outbound.AddressRange;
import dev.culvert.platform.problem.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the data plane asks the control plane: which tunnel does this caller mean? Implemented over the tunnels' tables.
 *
 * <p>Called on virtual threads, so it may block. Answers are kept for about two seconds; the control plane calls
 * {@link Admission#forget(UUID)} after every committed change of a tunnel, so that this replica sees it at once.
 */
public interface TunnelDirectory {
    /**
     * Resolves a name as the caller sees it: a tunnel of this id, the caller's own of this name, one that is open to the
     * tenant, one that is shared with the caller.
     *
     * @param name decoded name or id from {@code /t/{name}} or {@code --tunnel}
     * @param caller verified caller; its scope has been checked
     */
    Resolution resolve(String name, Caller caller);

    /**
     * Lets somebody without an account in, by a link or because the tunnel is public.
     *
     * @throws dev.culvert.platform.problem.ProblemException if they may not; then nothing tells whether there is a tunnel
     */
    default Resolution.Found visit(Visit visit) {
        throw new ProblemException(
                ProblemCode.AUTH_TOKEN_MISSING, "Send an access token or API key in the Authorization header.");
    }

    /**
     * Counts a request against the quota of the right it came by, and if that is used up against the next best one the caller
     * has; and against the uses of a link. Called for rights that are {@linkplain Grant#counted() counted} only.
     *
     * @return the right that lets the request through
     * @throws dev.culvert.platform.problem.ProblemException QUOTA_EXCEEDED if none does; AUTH_TOKEN_INVALID for a link without further uses
     */
    default Grant charge(Resolution.Found found, Caller caller) {
        return found.grant();
    }

    /** By what right somebody who was let in may stay, as it is now; empty if they may not. */
    default Optional<Grant> standing(Guest guest) {
        return Optional.of(guest.found().grant());
    }

    /** A guest's request begins. Called on an event loop: must return at once. */
    default void entered(Guest guest) {}

    /** Answer of the directory. */
    sealed interface Resolution {
        /** Nothing of that name that the caller may know of; foreign tunnels included. */
        record Unknown() implements Resolution {}

        /** The tunnel exists but is stopped: neither agents nor requests are let in. */
        record Stopped(UUID tunnelId) implements Resolution {}

        /**
         * The tunnel exists and is started.
         *
         * @param name the tunnel's own name, for logs
         * @param maxConnections requests at the same time over this replica (requirement R4.3)
         * @param idleTimeout longest silence in both directions before a request is given up, also before the first
         *     byte of the answer; null takes the service's defaults
         * @param compression whether answers may be compressed on their way to the caller
         * @param grant by what right the caller is let in
         * @param networks the only ones requests may come from; empty if they may come from anywhere
         */
        record Found(
                UUID tunnelId,
                UUID tenantId,
                UUID ownerId,
                String name,
                int maxConnections,
                @Nullable Duration idleTimeout,
                boolean compression,
                Grant grant,
                List<AddressRange> networks)
                implements Resolution {
            public Found {
                networks = List.copyOf(networks);
            }

            /** The same tunnel, to somebody who is let in by another right. */
            public Found by(Grant other) {
                return new Found(
                        tunnelId, tenantId, ownerId, name, maxConnections, idleTimeout, compression, other, networks);
            }

            /** An owner's tunnel, open to all networks, without compression. */
            public Found(
                    UUID tunnelId,
                    UUID tenantId,
                    UUID ownerId,
                    String name,
                    int maxConnections,
                    @Nullable Duration idleTimeout) {
                this(tunnelId, tenantId, ownerId, name, maxConnections, idleTimeout, false, Grant.OWNER, List.of());
            }
        }
    }
}
