package dev.culvert.data.inbox;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.correlation.Correlation;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.transaction.support.TransactionTemplate;

/** Hands the events of one handler's topics to it, each once. */
final class InboxListener implements MessageListener<String, byte[]> {
    private static final String REMEMBER =
            "INSERT INTO inbox (consumer, event_id) VALUES (?, ?) ON CONFLICT (consumer, event_id) DO NOTHING";

    private final EventHandler handler;
    private final EventReader reader;
    private final TransactionTemplate transaction;
    private final JdbcTemplate jdbc;
    private final InboxMetrics metrics;

    InboxListener(
            EventHandler handler,
            EventReader reader,
            TransactionTemplate transaction,
            JdbcTemplate jdbc,
            InboxMetrics metrics) {
        this.handler = handler;
        this.reader = reader;
        this.transaction = transaction;
        this.jdbc = jdbc;
        this.metrics = metrics;
    }

    @Override
    public void onMessage(ConsumerRecord<String, byte[]> record) {
        String correlationId = Correlation.accept(
                EventReader.header(record, EventHeaders.CORRELATION_ID).orElse(null));
        try (Correlation.Open _ = Correlation.open(correlationId)) {
            metrics.measure(handler.consumer(), record.topic(), () -> consume(record));
        }
    }

    private Outcome consume(ConsumerRecord<String, byte[]> record) {
        Optional<EventType> type = reader.type(record).filter(handler::wants);
        if (type.isEmpty()) {
            return Outcome.SKIPPED;
        }
        EventEnvelope<?> event = reader.read(type.get(), record);
        if (handler.system()) {
            return TenantScope.callAsSystem("event handler " + handler.consumer(), () -> handleOnce(event));
        }
        Optional<UUID> tenantId = event.tenantId();
        return tenantId.isPresent() ? TenantScope.call(tenantId.get(), () -> handleOnce(event)) : handleOnce(event);
    }

    private Outcome handleOnce(EventEnvelope<?> event) {
        return transaction.execute(_ -> {
            if (jdbc.update(REMEMBER, handler.consumer(), event.id()) == 0) {
                return Outcome.DUPLICATE;
            }
            handler.handle(event);
            return Outcome.HANDLED;
        });
    }

    /** What became of a record. */
    enum Outcome {
        HANDLED,
        DUPLICATE,
        SKIPPED
    }
}
