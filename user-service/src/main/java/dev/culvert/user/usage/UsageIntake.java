package dev.culvert.user.usage;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.UsageEvent.ApiCallEnded;
import dev.culvert.data.inbox.EventBatchHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Stores the calls that gateways tell of, each once (requirement S2.35). */
@Component
class UsageIntake implements EventBatchHandler {
    private final ApiUsage usage;

    UsageIntake(ApiUsage usage) {
        this.usage = usage;
    }

    @Override
    public String consumer() {
        return "user-api-usage";
    }

    @Override
    public Set<String> topics() {
        return Set.of(Topics.USAGE);
    }

    @Override
    public boolean wants(EventType type) {
        return type == EventType.API_CALL_ENDED;
    }

    @Override
    public void handle(List<? extends EventEnvelope<?>> events) {
        List<ApiUsage.Row> rows = new ArrayList<>(events.size());
        for (EventEnvelope<?> event : events) {
            if (event.data() instanceof ApiCallEnded call) {
                UUID tenantId = event.tenantId()
                        .orElseThrow(() -> new IllegalArgumentException("A call without a tenant: " + event.id()));
                rows.add(new ApiUsage.Row(
                        event.id(), tenantId, event.correlationId().orElse(null), call));
            }
        }
        usage.add(rows);
    }
}
