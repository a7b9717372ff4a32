package dev.culvert.webhook.delivery;

import dev.culvert.contracts.event.WebhookEvent.DeliveryFailed;
import dev.culvert.contracts.event.WebhookEvent.DeliverySucceeded;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.webhook.delivery.AttemptResult.Answered;
import dev.culvert.webhook.endpoint.EndpointService;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Writes down what came of a try, with all that follows from it, in one transaction of the system scope. */
@Component
class DeliveryRecords {
    private final JdbcClient jdbc;
    private final DueDeliveries due;
    private final EndpointService endpoints;
    private final Outbox outbox;

    DeliveryRecords(JdbcClient jdbc, DueDeliveries due, EndpointService endpoints, Outbox outbox) {
        this.jdbc = jdbc;
        this.due = due;
        this.endpoints = endpoints;
        this.outbox = outbox;
    }

    /**
     * Records a try and its consequence.
     *
     * @return false when the delivery is gone or another worker, after a lost lease, has recorded this try already
     */
    @Transactional
    boolean record(DueDelivery delivery, Attempt attempt, NextStep next) {
        boolean ours = switch (next) {
            case NextStep.Done _ -> advance(delivery, attempt, DeliveryStatus.DELIVERED, null);
            case NextStep.TryAgain again -> advance(delivery, attempt, DeliveryStatus.RETRYING, again.at());
            case NextStep.GiveUp _ -> advance(delivery, attempt, DeliveryStatus.FAILED, null);
        };
        if (ours) {
            addToHistory(delivery, attempt);
            follow(delivery, attempt, next);
        }
        return ours;
    }

    private boolean advance(DueDelivery delivery, Attempt attempt, DeliveryStatus status, @Nullable Instant nextAt) {
        return jdbc.sql("""
                        UPDATE delivery
                        SET status = :status, attempts = :number, last_status = :statusCode, last_error = :error,
                            next_attempt_at = :nextAt, delivered_at = :deliveredAt
                        WHERE id = :id AND attempts = :number - 1 AND status IN ('PENDING', 'RETRYING')
                        """)
                        .param("status", status.name())
                        .param("number", attempt.number())
                        .param("statusCode", attempt.result().statusCode().orElse(null), Types.INTEGER)
                        .param("error", attempt.result().error().orElse(null), Types.VARCHAR)
                        .param("nextAt", timestamp(Optional.ofNullable(nextAt)), Types.TIMESTAMP)
                        .param(
                                "deliveredAt",
                                timestamp(
                                        Optional.of(attempt.endedAt()).filter(_ -> status == DeliveryStatus.DELIVERED)),
                                Types.TIMESTAMP)
                        .param("id", delivery.id())
                        .update()
                == 1;
    }

    private void addToHistory(DueDelivery delivery, Attempt attempt) {
        String excerpt = attempt.result() instanceof Answered answered ? answered.excerpt() : "";
        jdbc.sql("""
                INSERT INTO attempt (delivery_id, number, tenant_id, started_at, duration_ms, status_code, error,
                                     response_excerpt)
                VALUES (:deliveryId, :number, :tenantId, :startedAt, :durationMs, :statusCode, :error, :excerpt)
                """)
                .param("deliveryId", delivery.id())
                .param("number", attempt.number())
                .param("tenantId", delivery.tenantId())
                .param("startedAt", Timestamp.from(attempt.startedAt()))
                .param("durationMs", attempt.duration().toMillis())
                .param("statusCode", attempt.result().statusCode().orElse(null), Types.INTEGER)
                .param("error", attempt.result().error().orElse(null), Types.VARCHAR)
                .param("excerpt", excerpt)
                .update();
    }

    private void follow(DueDelivery delivery, Attempt attempt, NextStep next) {
        switch (next) {
            case NextStep.TryAgain again -> due.postpone(delivery.id(), again.at());
            case NextStep.Done _ -> {
                due.remove(delivery.id());
                outbox.append(
                        delivery.tenantId(),
                        new DeliverySucceeded(
                                delivery.endpointId(), delivery.id(), delivery.messageId(), attempt.number()));
            }
            case NextStep.GiveUp giveUp -> {
                due.remove(delivery.id());
                outbox.append(delivery.tenantId(), failure(delivery, attempt));
                if (giveUp.receiverGone()) {
                    endpoints.disable(delivery.endpointId());
                }
            }
        }
    }

    private static DeliveryFailed failure(DueDelivery delivery, Attempt attempt) {
        return new DeliveryFailed(
                delivery.endpointId(),
                delivery.id(),
                delivery.messageId(),
                attempt.number(),
                attempt.result().statusCode().orElse(null),
                attempt.result().error().orElse(""));
    }

    private static @Nullable Timestamp timestamp(Optional<Instant> instant) {
        return instant.map(Timestamp::from).orElse(null);
    }
}
