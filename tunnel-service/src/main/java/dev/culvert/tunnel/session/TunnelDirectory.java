package dev.culvert.tunnel.session;

import dev.culvert.platform.caller.Caller;
import java.time.Duration;
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
     * Resolves a name as the caller sees it: the caller's own tunnel first, then the tenant's.
     *
     * @param name decoded name from {@code /t/{name}} or {@code --tunnel}
     * @param caller verified caller; its scope has been checked
     */
    Resolution resolve(String name, Caller caller);

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
         */
        record Found(
                UUID tunnelId,
                UUID tenantId,
                UUID ownerId,
                String name,
                int maxConnections,
                @Nullable Duration idleTimeout)
                implements Resolution {}
    }
}
