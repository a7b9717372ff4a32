package dev.culvert.tunnel.endpoint;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.access.Standing;
import dev.culvert.tunnel.activity.Activity;
import dev.culvert.tunnel.activity.ActivityLog;
import dev.culvert.tunnel.activity.CommandSource;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The commands given on a tunnel's endpoints, each one transaction with its entry in the activity. Whoever gives one calls
 * {@link EndpointWatch#changed} afterwards.
 */
@Service
class EndpointCommands {
    private final EndpointStore store;
    private final Endpoints endpoints;
    private final ActivityLog activity;
    private final Clock clock;

    EndpointCommands(EndpointStore store, Endpoints endpoints, ActivityLog activity, Clock clock) {
        this.store = store;
        this.endpoints = endpoints;
        this.activity = activity;
        this.clock = clock;
    }

    /** Who gives a command, and from where. */
    record By(Standing standing, Caller caller, CommandSource source) {
        UUID tunnelId() {
            return standing.tunnelId();
        }
    }

    @Transactional
    UUID create(CreateEndpointRequest request, By by) {
        store.lock(by.tunnelId(), by.standing().tenantId());
        if (tunnel(by).named(request.name()).isPresent()) {
            throw new ProblemException(
                            ProblemCode.ALREADY_EXISTS, "The tunnel has an endpoint of this name. Change that one.")
                    .withAlias("ENDPOINT_EXISTS");
        }
        if (store.count(by.tunnelId()) >= Endpoint.MOST) {
            throw new ProblemException(
                    ProblemCode.QUOTA_EXCEEDED, "A tunnel has at most " + Endpoint.MOST + " endpoints. Remove one.");
        }
        Endpoint made = request.endpoint(UUID.randomUUID(), now());
        store.insert(by.tunnelId(), by.standing().tenantId(), made, now());
        note(by, "create_endpoint", "Endpoint " + made.name());
        return made.id();
    }

    @Transactional
    void update(UUID endpointId, UpdateEndpointRequest request, By by) {
        store.lock(by.tunnelId(), by.standing().tenantId());
        Endpoint before = require(endpointId, by);
        store.update(request.changed(before));
        note(by, "update_endpoint", "Endpoint " + before.name());
    }

    /** Removes an endpoint. With an agent it would come back at once, so that is refused. */
    @Transactional
    void delete(UUID endpointId, By by) {
        store.lock(by.tunnelId(), by.standing().tenantId());
        Endpoint before = require(endpointId, by);
        if (endpoints.presence(by.tunnelId(), before.name()) != Presence.NONE) {
            throw new ProblemException(
                    ProblemCode.CONFLICT_STATE, "Agents of this endpoint are connected. Stop them, then remove it.");
        }
        if (tunnel(by).picked().filter(before.name()::equals).isPresent()) {
            store.pick(by.tunnelId(), Optional.empty());
        }
        store.delete(endpointId);
        note(by, "delete_endpoint", "Endpoint " + before.name());
    }

    @Transactional
    void configure(FailoverSettings settings, By by) {
        store.lock(by.tunnelId(), by.standing().tenantId());
        store.saveSettings(by.tunnelId(), settings.complete());
        note(by, "configure_failover", "Failover settings");
    }

    /** Lets an endpoint carry the tunnel, whatever its priority and health, until it is released. */
    @Transactional
    void pick(UUID endpointId, By by) {
        store.lock(by.tunnelId(), by.standing().tenantId());
        String name = require(endpointId, by).name();
        store.pick(by.tunnelId(), Optional.of(name));
        note(by, "pick_endpoint", "Endpoint " + name);
    }

    @Transactional
    void release(By by) {
        store.lock(by.tunnelId(), by.standing().tenantId());
        store.pick(by.tunnelId(), Optional.empty());
        note(by, "release_endpoint", "Endpoints are chosen by priority and health again");
    }

    /** Makes the replicas that have the agents check all endpoints. */
    @Transactional
    void requestChecks(By by) {
        store.lock(by.tunnelId(), by.standing().tenantId());
        store.requestChecks(by.tunnelId(), now());
    }

    private TunnelEndpoints tunnel(By by) {
        return store.read(by.tunnelId()).orElseThrow();
    }

    private Endpoint require(UUID endpointId, By by) {
        return tunnel(by).ofId(endpointId).orElseThrow(EndpointCommands::unknown);
    }

    static ProblemException unknown() {
        return new ProblemException(
                        ProblemCode.NOT_FOUND,
                        "The tunnel has no endpoint of this id. GET /api/v1/tunnels/{id}/endpoints lists them.")
                .withAlias("ENDPOINT_NOT_FOUND");
    }

    private void note(By by, String action, String details) {
        activity.add(
                by.tunnelId(),
                by.standing().tenantId(),
                new Activity(
                        UUID.randomUUID(),
                        by.caller().userId(),
                        action,
                        store.owner(by.tunnelId()).status(),
                        details,
                        by.source().address(),
                        by.source().agent(),
                        now()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
