package dev.culvert.gateway.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends closed files to Kafka one after the other and deletes a file when Kafka has acknowledged all of it. A crash between the
 * two sends it again: consumers know an event by its id.
 */
final class SpoolSender {
    private static final Logger log = LoggerFactory.getLogger(SpoolSender.class);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final long TAKE_OVER_NANOS = Duration.ofSeconds(30).toNanos();
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(8);

    private final String kafkaServers;
    private final SpoolDirectory directory;
    private final SpoolMetrics metrics;
    private final Thread thread;
    private volatile boolean running = true;

    // From here on the thread's own.
    private @Nullable KafkaProducer<String, byte[]> producer;
    private boolean failing;
    private long tookOver = System.nanoTime() - TAKE_OVER_NANOS;

    SpoolSender(SpoolProperties properties, SpoolDirectory directory, SpoolMetrics metrics) {
        this.kafkaServers = properties.kafkaServers();
        this.directory = directory;
        this.metrics = metrics;
        thread = Thread.ofPlatform().daemon().name("spool-sender").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Sends what is ready, if Kafka is there, and ends. */
    void stop() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (running) {
            work();
            LockSupport.parkNanos(this, (failing ? AFTER_FAILURE : LOOK).toNanos());
        }
        if (!failing) {
            work();
        }
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
        }
    }

    private void work() {
        try {
            if (System.nanoTime() - tookOver >= TAKE_OVER_NANOS) {
                tookOver = System.nanoTime();
                directory.takeOver();
            }
            for (Path file : directory.ready()) {
                send(file);
                if (failing) {
                    log.atInfo().log("Events of the gateway go to Kafka again");
                    failing = false;
                }
            }
        } catch (IOException | RuntimeException e) { // Kafka's, or one that must not end the thread
            if (!failing) {
                failing = true;
                log.atWarn().setCause(e).log("Events of the gateway wait on disk");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    private void send(Path file) throws IOException, InterruptedException {
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file));
        KafkaProducer<String, byte[]> kafka = producer();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (SpooledEvent event = SpooledEvent.next(content); event != null; event = SpooledEvent.next(content)) {
            sent.add(kafka.send(event.toRecord()));
        }
        if (content.hasRemaining()) {
            log.atWarn()
                    .addKeyValue("bytes", content.remaining())
                    .log("A file of the spool ends in the middle of an event, as a crash leaves it");
        }
        for (Future<RecordMetadata> acknowledgement : sent) {
            try {
                acknowledgement.get();
            } catch (ExecutionException e) {
                throw new KafkaException("Kafka did not acknowledge", e.getCause());
            }
        }
        directory.delete(file);
        metrics.sent(sent.size());
    }

    private KafkaProducer<String, byte[]> producer() {
        KafkaProducer<String, byte[]> known = producer;
        if (known == null) {
            known = new KafkaProducer<>(settings(), new StringSerializer(), new ByteArraySerializer());
            producer = known;
        }
        return known;
    }

    /** Idempotent and acknowledged by all replicas, which are the defaults; gives up early, as the file is still there. */
    private Map<String, Object> settings() {
        return Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafkaServers,
                ProducerConfig.CLIENT_ID_CONFIG,
                "gateway-spool",
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                5_000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                5_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                10_000,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                8_388_608L,
                ProducerConfig.BATCH_SIZE_CONFIG,
                65_536,
                ProducerConfig.LINGER_MS_CONFIG,
                5,
                ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                5_000);
    }
}
