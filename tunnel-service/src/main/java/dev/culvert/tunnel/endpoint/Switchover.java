package dev.culvert.tunnel.endpoint;

import dev.culvert.contracts.event.TunnelEvent.TunnelFailedOver;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.tunnel.connection.ReplicaProperties;
import dev.culvert.tunnel.session.SessionEvent.SessionInfo;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Writes down what the agents of a tunnel make of its endpoints. Whichever replica comes first makes a switch, and it alone
 * tells of it (requirements P2.3.8, P2.3.9).
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
class Switchover {
    private static final Logger log = LoggerFactory.getLogger(Switchover.class);

    private final EndpointStore store;
    private final Endpoints endpoints;
    private final Outbox outbox;
    private final ReplicaProperties replica;
    private final SwitchReason.Meters counts;
    private final Clock clock;

    Switchover(
            EndpointStore store,
            Endpoints endpoints,
            Outbox outbox,
            ReplicaProperties replica,
            MeterRegistry meters,
            Clock clock) {
        this.store = store;
        this.endpoints = endpoints;
        this.outbox = outbox;
        this.replica = replica;
        this.counts = new SwitchReason.Meters(meters);
        this.clock = clock;
    }

    /**
     * Makes an agent's endpoint, or notes where its local service is now. The first endpoint of a tunnel carries it.
     *
     * @return the tunnel as it is stored now
     */
    Optional<TunnelEndpoints> welcome(SessionInfo agent) {
        UUID tunnelId = agent.tunnelId();
        store.lock(tunnelId, agent.tenantId());
        Optional<TunnelEndpoints> tunnel = store.read(tunnelId);
        int count = tunnel.map(before -> before.endpoints().size()).orElse(0);
        Optional<Endpoint> stored = tunnel.flatMap(before -> before.named(agent.endpoint()));
        if (stored.isPresent()) {
            store.setUrl(stored.get().id(), agent.target());
        } else if (count >= Endpoint.MOST) {
            log.atWarn()
                    .addKeyValue("culvert.tunnel.id", tunnelId)
                    .addKeyValue("culvert.endpoint", agent.endpoint())
                    .log("A tunnel has as many endpoints as it may; the new one gets no requests");
        } else {
            Endpoint made = new Endpoint(
                    UUID.randomUUID(),
                    agent.endpoint(),
                    agent.target(),
                    Endpoint.DEFAULT_PRIORITY,
                    Endpoint.DEFAULT_WEIGHT,
                    Optional.empty(),
                    Endpoint.DEFAULT_MAX_RETRIES,
                    Health.unknown(now()));
            store.insert(tunnelId, agent.tenantId(), made, now());
            if (count == 0) {
                store.begin(tunnelId, made.name());
            }
        }
        return store.read(tunnelId);
    }

    /** Lets another endpoint carry the tunnel. */
    void lead(TunnelEndpoints tunnel, Endpoint leader) {
        UUID id = tunnel.tunnelId();
        if (tunnel.active().isEmpty()) {
            store.begin(id, leader.name());
            return;
        }
        String from = tunnel.active().get();
        SwitchReason why = reason(tunnel, from, leader);
        String reason = why.wireName();
        Switch made = new Switch(from, leader.name(), reason, endpoints.takeQueueSize(id), replica.name(), now());
        if (store.switchOver(id, made)) {
            store.note(id, tunnel.tenantId(), made);
            EndpointStore.Owned owned = store.owner(id);
            outbox.append(
                    tunnel.tenantId(),
                    new TunnelFailedOver(
                            id, owned.userId(), owned.name(), from, leader.name(), reason, made.queueSize()));
            counts.count(why);
            log.atWarn()
                    .addKeyValue("culvert.tunnel.id", id)
                    .addKeyValue("from", from)
                    .addKeyValue("to", leader.name())
                    .addKeyValue("reason", reason)
                    .addKeyValue("queue_size", made.queueSize())
                    .log("A tunnel's requests go to another endpoint");
        }
    }

    private SwitchReason reason(TunnelEndpoints tunnel, String from, Endpoint leader) {
        Optional<Endpoint> before = tunnel.named(from);
        Presence presence = endpoints.presence(tunnel.tunnelId(), from);
        if (tunnel.picked().filter(leader.name()::equals).isPresent()) {
            return SwitchReason.PICKED;
        }
        if (before.isEmpty()) {
            return SwitchReason.REMOVED;
        }
        if (presence == Presence.NONE) {
            return SwitchReason.AGENT_OFFLINE;
        }
        if (presence == Presence.SUSPECT) {
            return SwitchReason.NOT_ANSWERING;
        }
        if (before.get().health().unhealthy()) {
            return SwitchReason.UNHEALTHY;
        }
        return leader.health().recoveredAt().isPresent() ? SwitchReason.RECOVERED : SwitchReason.HIGHER_PRIORITY;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
