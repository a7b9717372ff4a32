package dev.culvert.webhook.intake;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.data.inbox.EventHandler;
import dev.culvert.webhook.delivery.Deliveries;
import dev.culvert.webhook.delivery.Message;
import dev.culvert.webhook.endpoint.Subscription;
import dev.culvert.webhook.endpoint.Subscriptions;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns an event into deliveries, in the transaction that remembers the event's id, so that an event that Kafka hands over
 * twice is delivered as one. Runs for the event's tenant: other tenants' webhooks are out of sight.
 */
@Component
class EventIntake implements EventHandler {
    private final Subscriptions subscriptions;
    private final Deliveries deliveries;
    private final JsonMapper json;

    EventIntake(Subscriptions subscriptions, Deliveries deliveries, JsonMapper json) {
        this.subscriptions = subscriptions;
        this.deliveries = deliveries;
        this.json = json;
    }

    @Override
    public String consumer() {
        return "webhook-intake";
    }

    /** All but the events of webhooks themselves, as each delivery would cause the next, and of attacks. */
    @Override
    public Set<String> topics() {
        return Topics.ALL.stream()
                .filter(topic -> !topic.equals(Topics.WEBHOOKS) && !topic.equals(Topics.SECURITY))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Single calls are far too many for that. */
    @Override
    public boolean wants(EventType type) {
        return type != EventType.API_CALL_ENDED;
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        event.tenantId().ifPresent(tenantId -> deliver(tenantId, event));
    }

    private void deliver(UUID tenantId, EventEnvelope<?> event) {
        List<Subscription> wanted = subscriptions.to(event.type());
        if (!wanted.isEmpty()) {
            String body = json.writeValueAsString(MessageBody.of(event));
            deliveries.open(new Message(event.id(), tenantId, event.type().shortName(), body, event.time()), wanted);
        }
    }
}
