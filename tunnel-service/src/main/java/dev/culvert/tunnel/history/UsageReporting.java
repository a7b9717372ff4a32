package dev.culvert.tunnel.history;

import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.tunnel.OwnedTunnels;
import dev.culvert.tunnel.tunnel.OwnedTunnels.OwnedTunnel;
import dev.culvert.tunnel.usage.ReportedUsage;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes in what agents and clients of a tunnel's owner report (requirement R4.9a). */
@Service
class UsageReporting {
    private final OwnedTunnels tunnels;
    private final ReportedUsage reported;
    private final Clock clock;

    UsageReporting(OwnedTunnels tunnels, ReportedUsage reported, Clock clock) {
        this.tunnels = tunnels;
        this.reported = reported;
        this.clock = clock;
    }

    @Transactional
    ReportedEventResponse report(UUID tunnelId, ReportUsageEventRequest event, Caller caller) {
        OwnedTunnel tunnel = tunnels.require(tunnelId, caller);
        boolean counted = reported.add(new ReportedUsage.Event(
                tunnel.id(),
                tunnel.tenantId(),
                caller.userId(),
                event.eventId(),
                event.type(),
                event.type().equals("error"),
                event.connectionId(),
                Objects.requireNonNullElse(event.dataBytes(), 0L),
                Objects.requireNonNullElse(event.durationSeconds(), 0L) * 1000,
                event.errorMessage(),
                event.ipAddress(),
                Objects.requireNonNullElseGet(event.occurredAt(), clock::instant)
                        .truncatedTo(ChronoUnit.MICROS)));
        return new ReportedEventResponse(event.eventId(), counted);
    }

    @Transactional
    ReportedEventResponse report(UUID tunnelId, RecordMetricRequest request, Caller caller) {
        OwnedTunnel tunnel = tunnels.require(tunnelId, caller);
        String eventId = UUID.randomUUID().toString();
        boolean counted = reported.add(new ReportedUsage.Event(
                tunnel.id(),
                tunnel.tenantId(),
                caller.userId(),
                eventId,
                "request",
                !request.success(),
                null,
                0,
                request.latency(),
                request.statusCode() == null ? null : "status " + request.statusCode(),
                null,
                clock.instant().truncatedTo(ChronoUnit.MICROS)));
        return new ReportedEventResponse(eventId, counted);
    }

    /** Only whether the caller may speak about the tunnel. */
    @Transactional(readOnly = true)
    public void requireOwned(UUID tunnelId, Caller caller) {
        tunnels.require(tunnelId, caller);
    }
}
