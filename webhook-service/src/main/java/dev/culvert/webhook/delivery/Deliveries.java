package dev.culvert.webhook.delivery;

import dev.culvert.webhook.endpoint.Subscription;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Opens deliveries; they are sent once the transaction has committed. */
@Component
public class Deliveries {
    private final JdbcClient jdbc;
    private final RetrySchedule schedule;
    private final ApplicationEventPublisher application;
    private final DeliveryMetrics metrics;
    private final Clock clock;

    Deliveries(
            JdbcClient jdbc,
            RetrySchedule schedule,
            ApplicationEventPublisher application,
            DeliveryMetrics metrics,
            Clock clock) {
        this.jdbc = jdbc;
        this.schedule = schedule;
        this.application = application;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Stores a message and one delivery per subscription, in the caller's transaction. A known message changes nothing. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void open(Message message, List<Subscription> subscriptions) {
        Instant now = clock.instant();
        store(message, now);
        List<Instant> dueAt = subscriptions.stream()
                .map(subscription -> schedule.firstTry(subscription.retryPolicy(), now))
                .toList();
        open(message, subscriptions, dueAt, now);
        dueAt.stream().min(Instant::compareTo).map(DeliveriesOpened::new).ifPresent(application::publishEvent);
        metrics.messageAccepted();
    }

    private void store(Message message, Instant now) {
        jdbc.sql("""
                INSERT INTO message (id, tenant_id, type, body, occurred_at, created_at)
                VALUES (:id, :tenantId, :type, :body, :occurredAt, :now)
                ON CONFLICT (id) DO NOTHING
                """)
                .param("id", message.id())
                .param("tenantId", message.tenantId())
                .param("type", message.type())
                .param("body", message.body())
                .param("occurredAt", Timestamp.from(message.occurredAt()))
                .param("now", Timestamp.from(now))
                .update();
    }

    private void open(Message message, List<Subscription> subscriptions, List<Instant> dueAt, Instant now) {
        jdbc.sql("""
                WITH opened AS (
                    INSERT INTO delivery (id, tenant_id, endpoint_id, message_id, retry_policy, status, max_attempts,
                                          next_attempt_at, created_at)
                    SELECT wanted.id, :tenantId, wanted.endpoint_id, :messageId, wanted.retry_policy, 'PENDING',
                           wanted.max_attempts, wanted.due_at, :now
                    FROM unnest(CAST(:ids AS uuid[]), CAST(:endpointIds AS uuid[]), CAST(:policies AS text[]),
                                CAST(:maxAttempts AS integer[]), CAST(:dueAt AS timestamptz[]))
                         AS wanted (id, endpoint_id, retry_policy, max_attempts, due_at)
                    ON CONFLICT (endpoint_id, message_id) DO NOTHING
                    RETURNING id, endpoint_id, tenant_id, next_attempt_at)
                INSERT INTO due_delivery (delivery_id, endpoint_id, tenant_id, due_at)
                SELECT id, endpoint_id, tenant_id, next_attempt_at FROM opened
                """)
                .param("tenantId", message.tenantId())
                .param("messageId", message.id())
                .param("now", Timestamp.from(now))
                .param(
                        "ids",
                        strings(subscriptions.stream()
                                .map(_ -> UUID.randomUUID())
                                .toList()))
                .param(
                        "endpointIds",
                        strings(subscriptions.stream()
                                .map(Subscription::endpointId)
                                .toList()))
                .param(
                        "policies",
                        strings(subscriptions.stream()
                                .map(Subscription::retryPolicy)
                                .toList()))
                .param(
                        "maxAttempts",
                        strings(subscriptions.stream()
                                .map(subscription -> schedule.tries(subscription.retryPolicy()))
                                .toList()))
                .param("dueAt", strings(dueAt))
                .update();
    }

    private static String[] strings(List<?> values) {
        return values.stream().map(Object::toString).toArray(String[]::new);
    }
}
