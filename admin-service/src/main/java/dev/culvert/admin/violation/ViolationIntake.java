package dev.culvert.admin.violation;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.UsageEvent.LimitViolated;
import dev.culvert.data.inbox.EventHandler;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Stores what gateways tell of refused calls, once (requirement R6.8). */
@Component
class ViolationIntake implements EventHandler {
    private final Violations violations;

    ViolationIntake(Violations violations) {
        this.violations = violations;
    }

    @Override
    public String consumer() {
        return "admin-violations";
    }

    @Override
    public Set<String> topics() {
        return Set.of(Topics.USAGE);
    }

    @Override
    public boolean wants(EventType type) {
        return type == EventType.LIMIT_VIOLATED;
    }

    @Override
    public boolean system() {
        return true;
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        if (event.data() instanceof LimitViolated violated) {
            violations.add(event.id(), event.tenantId(), violated);
        }
    }
}
