package dev.culvert.data.inbox;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.data.tenant.TenantScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.transaction.support.TransactionTemplate;

/** Hands what a poll brought to a handler of batches. */
final class InboxBatchListener implements BatchMessageListener<String, byte[]> {
    private static final Logger log = LoggerFactory.getLogger(InboxBatchListener.class);

    private final EventBatchHandler handler;
    private final EventReader reader;
    private final TransactionTemplate transaction;
    private final InboxMetrics metrics;

    InboxBatchListener(
            EventBatchHandler handler, EventReader reader, TransactionTemplate transaction, InboxMetrics metrics) {
        this.handler = handler;
        this.reader = reader;
        this.transaction = transaction;
        this.metrics = metrics;
    }

    @Override
    public void onMessage(List<ConsumerRecord<String, byte[]>> records) {
        List<EventEnvelope<?>> events = new ArrayList<>(records.size());
        for (int i = 0; i < records.size(); i++) {
            try {
                read(records.get(i)).ifPresent(events::add);
            } catch (UnreadableEventException e) {
                store(events, records); // what is named as failed below counts as the first that is not done
                throw new BatchListenerFailedException("An event cannot be read", e, i);
            }
        }
        store(events, records);
    }

    private Optional<EventEnvelope<?>> read(ConsumerRecord<String, byte[]> record) {
        return reader.type(record).filter(handler::wants).map(type -> reader.read(type, record));
    }

    private void store(List<EventEnvelope<?>> events, List<ConsumerRecord<String, byte[]>> records) {
        if (!events.isEmpty()) {
            metrics.measure(handler.consumer(), records.getFirst().topic(), events.size(), () -> {
                storeOrFindCulprit(events, records);
                return InboxListener.Outcome.HANDLED;
            });
        }
    }

    private void storeOrFindCulprit(List<EventEnvelope<?>> events, List<ConsumerRecord<String, byte[]>> records) {
        try {
            handle(events);
        } catch (RuntimeException e) {
            log.atWarn().setCause(e).addKeyValue("events", events.size()).log("A batch failed, now one by one");
            oneByOne(records);
        }
    }

    private void oneByOne(List<ConsumerRecord<String, byte[]>> records) {
        for (int i = 0; i < records.size(); i++) {
            try {
                read(records.get(i)).ifPresent(event -> handle(List.of(event)));
            } catch (RuntimeException e) {
                throw new BatchListenerFailedException("An event cannot be handled", e, i);
            }
        }
    }

    private void handle(List<? extends EventEnvelope<?>> events) {
        TenantScope.runAsSystem(
                "event handler " + handler.consumer(),
                () -> transaction.executeWithoutResult(_ -> handler.handle(events)));
    }
}
