package dev.culvert.admin.audit;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.data.inbox.EventHandler;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Writes an audit row for each event, of whatever tenant, once. */
@Component
class AuditIntake implements EventHandler {
    private final AuditLog log;

    AuditIntake(AuditLog log) {
        this.log = log;
    }

    @Override
    public String consumer() {
        return "admin-audit";
    }

    @Override
    public Set<String> topics() {
        return Set.copyOf(Topics.ALL);
    }

    /** Measurements are no acts of anybody; tunnel-service keeps them in its usage ledger. */
    @Override
    public boolean wants(EventType type) {
        return !type.topic().equals(Topics.USAGE) && type != EventType.TUNNEL_METRICS_UPDATED;
    }

    @Override
    public boolean system() {
        return true;
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        log.record(event);
    }
}
