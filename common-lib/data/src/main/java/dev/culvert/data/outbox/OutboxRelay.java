package dev.culvert.data.outbox;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Sends what the outbox holds: read the oldest, send them in order, wait for all acknowledgements, delete. A crash between
 * the last two sends them again; none is lost.
 *
 * <p>The producer never gives up on a record by itself, for a record given up would be overtaken by later ones of its key.
 */
final class OutboxRelay implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);
    private static final Duration STALL_AFTER = Duration.ofSeconds(10);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);

    /** After the web server and the consumers have stopped, so that their last events can leave. */
    private static final int PHASE = 0;

    private final RelaySessions sessions;
    private final Supplier<Producer<String, byte[]>> producers;
    private final String source;
    private final OutboxProperties properties;
    private final OutboxMetrics metrics;
    private final Semaphore work = new Semaphore(0);
    private final ExponentialBackOff backOffs = new ExponentialBackOff(100, 2);
    private BackOffExecution backOff;
    private volatile boolean running;
    private @Nullable Thread thread;

    OutboxRelay(
            RelaySessions sessions,
            Supplier<Producer<String, byte[]>> producers,
            String source,
            OutboxProperties properties,
            OutboxMetrics metrics) {
        this.sessions = sessions;
        this.producers = producers;
        this.source = source;
        this.properties = properties;
        this.metrics = metrics;
        backOffs.setMaxInterval(properties.maxBackOff().toMillis());
        backOffs.setJitter(50);
        backOff = backOffs.start();
    }

    /** Says that there is something to send. */
    void wake() {
        work.release();
    }

    @Override
    public synchronized void start() {
        running = true;
        thread = Thread.ofPlatform().name("outbox-relay").daemon().start(this::run);
    }

    @Override
    public synchronized void stop() {
        running = false;
        wake();
        if (thread != null) {
            end(thread);
            thread = null;
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private void run() {
        try {
            while (running) {
                try (RelaySession session = sessions.open()) {
                    awaitLock(session);
                    relay(session);
                } catch (SQLException | KafkaException e) {
                    retryLater(e);
                }
            }
        } catch (InterruptedException | InterruptException e) {
            log.atDebug().setCause(e).log("Outbox relay was interrupted");
        }
    }

    private void awaitLock(RelaySession session) throws SQLException, InterruptedException {
        while (running && !session.tryLock()) {
            awaitWork();
        }
    }

    private void relay(RelaySession session) throws SQLException, InterruptedException {
        Producer<String, byte[]> producer = producers.get();
        try {
            while (running) {
                List<OutboxRow> batch = session.read(properties.batchSize());
                if (!batch.isEmpty()) {
                    publish(batch, session, producer);
                }
                if (batch.size() < properties.batchSize()) {
                    awaitWork();
                }
            }
        } finally {
            // What matters is acknowledged by now; the rest is sent again.
            producer.close(Duration.ZERO);
        }
    }

    private void publish(List<OutboxRow> batch, RelaySession session, Producer<String, byte[]> producer)
            throws SQLException, InterruptedException {
        List<SentEvent> sent = new ArrayList<>(batch.size());
        Optional<KafkaException> failure = send(batch, producer, sent);
        List<Long> acknowledged = new ArrayList<>(sent.size());
        for (SentEvent event : sent) {
            try {
                awaitAcknowledgement(event);
                acknowledged.add(event.row().position());
                metrics.published(event.row().topic());
            } catch (KafkaException e) {
                failure = failure.or(() -> Optional.of(e));
            }
        }
        session.delete(acknowledged);
        if (failure.isPresent()) {
            throw failure.get();
        }
        backOff = backOffs.start();
    }

    /**
     * Queues the events, in order. One that cannot be queued holds back the later ones of its key, which must not overtake
     * it; when Kafka itself is away, it holds back all.
     */
    private Optional<KafkaException> send(
            List<OutboxRow> batch, Producer<String, byte[]> producer, List<SentEvent> sent) {
        Optional<KafkaException> failure = Optional.empty();
        Set<String> held = new HashSet<>();
        for (OutboxRow row : batch) {
            if (held.contains(row.subject())) {
                continue;
            }
            Future<RecordMetadata> acknowledgement = producer.send(row.toRecord(source));
            if (acknowledgement.state() != Future.State.FAILED) {
                sent.add(new SentEvent(row, acknowledgement));
                continue;
            }
            KafkaException cause = kafkaException(acknowledgement.exceptionNow());
            if (cause instanceof RetriableException) {
                return Optional.of(cause);
            }
            failure = Optional.of(cause);
            held.add(row.subject());
        }
        return failure;
    }

    private static KafkaException kafkaException(@Nullable Throwable cause) {
        return cause instanceof KafkaException kafka ? kafka : new KafkaException(cause);
    }

    private void awaitAcknowledgement(SentEvent event) throws InterruptedException {
        boolean stalled = false;
        while (true) {
            try {
                event.acknowledgement().get(STALL_AFTER.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (ExecutionException e) {
                throw kafkaException(e.getCause());
            } catch (TimeoutException e) {
                if (!stalled) {
                    stalled = true;
                    metrics.failed();
                    log.atWarn()
                            .addKeyValue("topic", event.row().topic())
                            .log("Kafka does not acknowledge; events wait in the outbox");
                }
            }
        }
    }

    private void retryLater(Exception failure) throws InterruptedException {
        metrics.failed();
        long millis = backOff.nextBackOff();
        log.atWarn()
                .addKeyValue("retry_in_ms", millis)
                .setCause(failure)
                .log("Outbox relay lost PostgreSQL or Kafka; events wait in the outbox");
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (running && System.nanoTime() < deadline) {
            work.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void awaitWork() throws InterruptedException {
        if (work.tryAcquire(properties.pollInterval().toMillis(), TimeUnit.MILLISECONDS)) {
            work.drainPermits();
        }
    }

    private static void end(Thread thread) {
        try {
            if (!thread.join(STOP_TIMEOUT)) {
                thread.interrupt();
                thread.join(STOP_TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record SentEvent(OutboxRow row, Future<RecordMetadata> acknowledgement) {}
}
