package dev.culvert.tunnel.session;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of guests that are under way on this replica, so that they end with the right they came by (requirement
 * P2.10.9): a stream or WebSocket may be older than the revocation by hours.
 */
public final class Guests {
    private static final Logger log = LoggerFactory.getLogger(Guests.class);

    private final TunnelDirectory directory;
    private final Executor blocking;
    private final ConcurrentHashMap<UUID, Set<Stay>> stays = new ConcurrentHashMap<>();

    Guests(TunnelDirectory directory, Executor blocking) {
        this.directory = directory;
        this.blocking = blocking;
    }

    /** One request of a guest. Equal only to itself. */
    public final class Stay {
        private final Guest guest;
        private final Consumer<ProblemException> cut;
        private volatile Optional<Instant> until;

        private Stay(Guest guest, Consumer<ProblemException> cut) {
            this.guest = guest;
            this.cut = cut;
            this.until = guest.found().grant().until();
        }

        /** The request has ended. */
        public void end() {
            stays.computeIfPresent(guest.found().tunnelId(), (_, others) -> {
                others.remove(this);
                return others.isEmpty() ? null : others;
            });
        }
    }

    /**
     * A guest's request begins.
     *
     * @param cut breaks the request off and gets the reason; called on any thread, also after its end
     */
    public Stay enter(Guest guest, Consumer<ProblemException> cut) {
        Stay stay = new Stay(guest, cut);
        stays.compute(guest.found().tunnelId(), (_, others) -> {
            Set<Stay> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(stay);
            return all;
        });
        directory.entered(guest);
        return stay;
    }

    /**
     * Asks anew for each guest of a tunnel, and cuts those who may no longer be there; the others stay until the end their
     * right has now. Returns at once.
     */
    public void recheck(UUID tunnelId) {
        for (Stay stay : stays.getOrDefault(tunnelId, Set.of())) {
            blocking.execute(() -> standing(stay.guest)
                    .ifPresentOrElse(grant -> stay.until = grant.until(), () -> stay.cut.accept(withdrawn())));
        }
    }

    /** Who cannot be asked about may not stay: their right was withdrawn a moment ago. */
    private Optional<Grant> standing(Guest guest) {
        try {
            return directory.standing(guest);
        } catch (RuntimeException e) {
            log.atWarn().setCause(e).log("Nobody can tell whether a guest may stay, so the request ends");
            return Optional.empty();
        }
    }

    private static ProblemException withdrawn() {
        return new ProblemException(
                ProblemCode.FORBIDDEN, "The right by which you used the tunnel was withdrawn or has ended.");
    }

    private static ProblemException usedUp() {
        return new ProblemException(ProblemCode.QUOTA_EXCEEDED, "What is shared with you allows no more bytes for now.")
                .withAlias("SHARE_QUOTA_EXCEEDED");
    }

    /** Cuts the guests of a tunnel who came by a share or link that is used up. */
    public void cut(UUID tunnelId, UUID grantId) {
        stays.getOrDefault(tunnelId, Set.of()).stream()
                .filter(stay ->
                        stay.guest.found().grant().id().filter(grantId::equals).isPresent())
                .forEach(stay -> stay.cut.accept(usedUp()));
    }

    /** Cuts the guests whose time is over. */
    public void cutExpired(Instant now) {
        stays.values()
                .forEach(all -> all.forEach(stay -> {
                    if (stay.until.filter(end -> !now.isBefore(end)).isPresent()) {
                        stay.cut.accept(withdrawn());
                    }
                }));
    }
}
