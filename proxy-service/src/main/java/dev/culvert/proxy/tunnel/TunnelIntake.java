package dev.culvert.proxy.tunnel;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.TunnelEvent;
import dev.culvert.contracts.event.TunnelEvent.TunnelCreated;
import dev.culvert.contracts.event.TunnelEvent.TunnelDeleted;
import dev.culvert.contracts.event.TunnelEvent.TunnelStatusChanged;
import dev.culvert.contracts.event.TunnelEvent.TunnelUpdated;
import dev.culvert.data.inbox.EventHandler;
import dev.culvert.proxy.tunnel.KnownTunnels.Place;
import dev.culvert.proxy.tunnel.KnownTunnels.Told;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * Hears what becomes of tunnels (requirement R4.5). What was told while this service was away waits in Kafka, in order for each
 * tunnel.
 */
@Component
class TunnelIntake implements EventHandler {
    private static final Set<EventType> TELLING = Set.of(
            EventType.TUNNEL_CREATED,
            EventType.TUNNEL_UPDATED,
            EventType.TUNNEL_STATUS_CHANGED,
            EventType.TUNNEL_DELETED);

    private final KnownTunnels tunnels;
    private final ApplicationEventPublisher changes;

    TunnelIntake(KnownTunnels tunnels, ApplicationEventPublisher changes) {
        this.tunnels = tunnels;
        this.changes = changes;
    }

    @Override
    public String consumer() {
        return "tunnels";
    }

    @Override
    public Set<String> topics() {
        return Set.of(Topics.TUNNELS);
    }

    @Override
    public boolean wants(EventType type) {
        return TELLING.contains(type);
    }

    /** One that was handed over leaves a name in another tenant. */
    @Override
    public boolean system() {
        return true;
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        UUID tenantId = event.tenantId()
                .orElseThrow(() -> new IllegalArgumentException("An event of a tunnel names no tenant"));
        switch ((TunnelEvent) event.data()) {
            case TunnelCreated it ->
                note(new Told(it.tunnelId(), tenantId, it.userId(), it.name(), event.time()), "created");
            case TunnelStatusChanged it ->
                note(new Told(it.tunnelId(), tenantId, it.userId(), it.name(), event.time()), it.newStatus());
            case TunnelDeleted it -> {
                note(new Told(it.tunnelId(), tenantId, it.userId(), it.name(), event.time()), TunnelState.DELETED);
                tunnels.forgetDeleted(event.time());
            }
            case TunnelUpdated it ->
                change(
                        new Told(it.tunnelId(), tenantId, it.userId(), it.name(), event.time()),
                        tunnels::rename,
                        "tunnel_renamed");
            default -> {}
        }
    }

    private void note(Told told, String status) {
        change(told, it -> tunnels.note(it, status), "tunnel_" + status);
    }

    private void change(Told told, Predicate<Told> change, String reason) {
        tunnels.hold(told.tenantId());
        Set<Place> places = new HashSet<>(Set.of(told.place()));
        tunnels.placeOf(told.id()).ifPresent(places::add);
        if (change.test(told)) {
            places.forEach(place -> changes.publishEvent(new TunnelTold(place.tenantId(), place.name(), reason)));
        }
    }
}
