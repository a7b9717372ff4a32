package dev.culvert.tunnel.session;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * By what right somebody is let in to a tunnel.
 *
 * @param id of the share or link; empty for the others
 * @param role word of what the right allows: owner, admin, editor, viewer
 * @param mayConnect whether its holder's agents may serve the tunnel
 * @param until when it ends by itself
 * @param limited whether what is used by it counts against a quota
 */
public record Grant(
        Kind kind, Optional<UUID> id, String role, boolean mayConnect, Optional<Instant> until, boolean limited) {
    /** The right of the one whose tunnel it is. */
    public static final Grant OWNER = new Grant(Kind.OWNER, Optional.empty(), "owner", true, Optional.empty(), false);

    /** Whether each request by it is counted: against a quota, or the uses of a link. */
    public boolean counted() {
        return limited || kind == Kind.LINK;
    }

    /** Where a right comes from. */
    public enum Kind {
        OWNER,
        /** A colleague, in a tunnel that is open to the tenant. */
        TENANT,
        /** A person or team it is shared with. */
        SHARE,
        /** Holder of a link. */
        LINK,
        /** Anybody, in a public tunnel. */
        PUBLIC
    }
}
