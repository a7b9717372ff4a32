package dev.culvert.data.inbox;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * What happens to an event that cannot be handled: bounded retries, then the dead-letter topic. Losing the database is not
 * the event's fault, so that is waited for without end.
 */
final class InboxErrors {
    private static final Logger log = LoggerFactory.getLogger(InboxErrors.class);

    private final KafkaOperations<String, byte[]> kafka;
    private final InboxProperties properties;
    private final InboxMetrics metrics;

    InboxErrors(KafkaOperations<String, byte[]> kafka, InboxProperties properties, InboxMetrics metrics) {
        this.kafka = kafka;
        this.properties = properties;
        this.metrics = metrics;
    }

    static String deadLetterTopic(String topic, String consumer) {
        return topic + "." + consumer + ".dlt";
    }

    CommonErrorHandler handlerFor(String consumer) {
        DeadLetterPublishingRecoverer deadLetters = new DeadLetterPublishingRecoverer(
                kafka, (record, _) -> new TopicPartition(deadLetterTopic(record.topic(), consumer), -1));
        DefaultErrorHandler errors = new DefaultErrorHandler(
                (record, failure) -> {
                    deadLetters.accept(record, failure);
                    metrics.deadLettered(consumer, record.topic());
                    log.atError()
                            .addKeyValue("consumer", consumer)
                            .addKeyValue("topic", record.topic())
                            .addKeyValue("partition", record.partition())
                            .addKeyValue("offset", record.offset())
                            .setCause(failure)
                            .log("Event cannot be handled and was parked on the dead-letter topic");
                },
                bounded());
        errors.addNotRetryableExceptions(UnreadableEventException.class);
        errors.setLogLevel(KafkaException.Level.INFO); // each try of a batch; the last one is told above
        errors.setBackOffFunction((_, failure) -> databaseLost(failure) ? endless() : null);
        return errors;
    }

    private ExponentialBackOff bounded() {
        ExponentialBackOff backOff = endless();
        backOff.setMaxAttempts(properties.maxAttempts() - 1);
        return backOff;
    }

    private ExponentialBackOff endless() {
        ExponentialBackOff backOff =
                new ExponentialBackOff(properties.firstBackOff().toMillis(), 2);
        backOff.setMaxInterval(properties.maxBackOff().toMillis());
        return backOff;
    }

    /** Connection exceptions (class 08), shutdown and start-up (57P), no resources such as connections or disk (53). */
    private static boolean databaseLost(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException) {
                return true;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                return state.startsWith("08") || state.startsWith("57P") || state.startsWith("53");
            }
        }
        return false;
    }
}
