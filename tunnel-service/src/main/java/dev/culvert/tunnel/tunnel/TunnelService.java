package dev.culvert.tunnel.tunnel;

import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.contracts.event.TunnelEvent.TunnelDeleted;
import dev.culvert.contracts.event.TunnelEvent.TunnelStatusChanged;
import dev.culvert.contracts.event.TunnelEvent.TunnelUpdated;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.TunnelAccess;
import dev.culvert.tunnel.activity.Activity;
import dev.culvert.tunnel.activity.ActivityLog;
import dev.culvert.tunnel.activity.CommandSource;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The commands given on a tunnel, by its owner or whom it is shared with: {@link TunnelAccess} has decided that, and opened the
 * scope of the tunnel's tenant. Each is one transaction: the change, its event and its entry in the activity.
 */
@Service
class TunnelService {
    private final TunnelRepository tunnels;
    private final ActivityLog activity;
    private final Outbox outbox;
    private final ApplicationEventPublisher changes;
    private final Clock clock;

    TunnelService(
            TunnelRepository tunnels,
            ActivityLog activity,
            Outbox outbox,
            ApplicationEventPublisher changes,
            Clock clock) {
        this.tunnels = tunnels;
        this.activity = activity;
        this.outbox = outbox;
        this.changes = changes;
        this.clock = clock;
    }

    @Transactional
    Tunnel create(CreateTunnelRequest request, Caller caller, CommandSource source) {
        refuseTakenName(request.name(), caller.userId());
        Tunnel tunnel = new Tunnel(
                UUID.randomUUID(),
                caller.tenantId(),
                caller.userId(),
                request.name(),
                descriptionOf(request.description()),
                TunnelConfig.defaultsWith(request.config()),
                source,
                now());
        store(tunnel);
        outbox.append(new TunnelCreated(tunnel.getId(), tunnel.userId(), tunnel.name()));
        note(tunnel, caller, source, "create", "Created as " + tunnel.name());
        changes.publishEvent(new TunnelChanged.Edited(tunnel.getId()));
        return tunnel;
    }

    /** PUT: the tunnel becomes what the request says. */
    @Transactional
    Tunnel replace(UUID id, UpdateTunnelRequest request, OptionalInt ifRevision, Caller caller, CommandSource source) {
        Tunnel tunnel = lock(id);
        refuseOtherRevision(tunnel, ifRevision);
        TunnelConfig config = TunnelConfig.defaultsWith(request.config());
        return edit(tunnel, request.name(), descriptionOf(request.description()), config, caller, source);
    }

    /** PATCH: the tunnel takes the fields the request has. */
    @Transactional
    Tunnel patch(UUID id, PatchTunnelRequest request, OptionalInt ifRevision, Caller caller, CommandSource source) {
        Tunnel tunnel = lock(id);
        refuseOtherRevision(tunnel, ifRevision);
        return edit(
                tunnel,
                request.name() == null ? tunnel.name() : request.name(),
                request.description() == null ? tunnel.description() : descriptionOf(request.description()),
                request.config() == null ? tunnel.config() : tunnel.config().with(request.config()),
                caller,
                source);
    }

    /** Gives a tunnel the configuration and nothing else. */
    @Transactional
    TunnelConfig configure(UUID id, TunnelConfig config, Caller caller, CommandSource source) {
        Tunnel tunnel = lock(id);
        return edit(tunnel, tunnel.name(), tunnel.description(), config, caller, source)
                .config();
    }

    private Tunnel edit(
            Tunnel tunnel,
            String name,
            @Nullable String description,
            TunnelConfig config,
            Caller caller,
            CommandSource source) {
        if (!name.equals(tunnel.name())) {
            refuseTakenName(name, tunnel.userId());
        }
        Set<String> changed = tunnel.edit(name, description, config, now());
        if (!changed.isEmpty()) {
            store(tunnel);
            outbox.append(new TunnelUpdated(tunnel.getId(), tunnel.userId(), tunnel.name(), changed));
            changes.publishEvent(new TunnelChanged.Edited(tunnel.getId()));
        }
        note(tunnel, caller, source, "update", changed.isEmpty() ? "Nothing changed" : "Changed " + changed);
        return tunnel;
    }

    @Transactional
    void delete(UUID id) {
        Tunnel tunnel = lock(id);
        tunnels.delete(tunnel);
        outbox.append(new TunnelDeleted(id, tunnel.userId(), tunnel.name()));
        changes.publishEvent(new TunnelChanged.Deleted(id));
    }

    /** Lets the tunnel carry traffic; one that does so already stays as it is. */
    @Transactional
    Tunnel start(UUID id, Caller caller, CommandSource source) {
        Tunnel tunnel = lock(id);
        boolean changed = become(tunnel, tunnel.lifecycle().start());
        note(tunnel, caller, source, "start", changed ? "Waiting for an agent" : "Was started already");
        return tunnel;
    }

    /** Ends the tunnel's traffic and closes its agents; one that is stopped already stays as it is. */
    @Transactional
    Tunnel stop(UUID id, Caller caller, CommandSource source) {
        Tunnel tunnel = lock(id);
        boolean changed = become(tunnel, tunnel.lifecycle().stop());
        if (changed) {
            changes.publishEvent(new TunnelChanged.Stopped(id));
        }
        note(tunnel, caller, source, "stop", changed ? "Agents are closed" : "Was stopped already");
        return tunnel;
    }

    /**
     * Takes the next state of the life, tells of it when the status is another one, and answers whether anything changed.
     * The caller holds the tunnel's lock.
     */
    boolean become(Tunnel tunnel, Lifecycle next) {
        Lifecycle before = tunnel.lifecycle();
        if (next.equals(before)) {
            return false;
        }
        tunnel.become(next, now());
        if (next.status() != before.status()) {
            outbox.append(new TunnelStatusChanged(
                    tunnel.getId(),
                    tunnel.userId(),
                    tunnel.name(),
                    before.status().wireName(),
                    next.status().wireName(),
                    next.reason()));
        }
        changes.publishEvent(new TunnelChanged.Edited(tunnel.getId()));
        return true;
    }

    private Tunnel lock(UUID id) {
        return tunnels.lock(id).orElseThrow(TunnelAccess::notFound);
    }

    private void refuseTakenName(String name, UUID ownerId) {
        if (tunnels.existsByUserIdAndName(ownerId, name)) {
            throw nameTaken();
        }
    }

    private static ProblemException nameTaken() {
        return new ProblemException(
                        ProblemCode.ALREADY_EXISTS,
                        "The owner has a tunnel of this name already. Choose another name or use that tunnel.")
                .withAlias("TUNNEL_EXISTS");
    }

    private static void refuseOtherRevision(Tunnel tunnel, OptionalInt ifRevision) {
        if (ifRevision.isPresent() && ifRevision.getAsInt() != tunnel.revision()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT_STATE,
                    "The tunnel was changed since you read it. Read it again, then repeat the change with its new ETag.");
        }
    }

    /** Writes at once, so that the name's uniqueness is decided here even when two requests race. */
    private void store(Tunnel tunnel) {
        try {
            tunnels.saveAndFlush(tunnel);
        } catch (DataIntegrityViolationException e) {
            if (String.valueOf(e.getMessage()).contains("tunnels_name_of_user")) {
                throw nameTaken();
            }
            throw e;
        }
    }

    private void note(Tunnel tunnel, Caller caller, CommandSource source, String action, String details) {
        activity.add(
                tunnel.getId(),
                tunnel.tenantId(),
                new Activity(
                        UUID.randomUUID(),
                        caller.userId(),
                        action,
                        tunnel.status().wireName(),
                        details,
                        source.address(),
                        source.agent(),
                        now()));
    }

    private static @Nullable String descriptionOf(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    /** To the microsecond, as PostgreSQL keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
