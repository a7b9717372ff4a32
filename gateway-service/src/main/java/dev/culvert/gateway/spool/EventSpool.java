package dev.culvert.gateway.spool;

import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventType;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Identity;
import dev.culvert.platform.caller.Caller;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where the gateway puts its events: they come to Kafka at least once and carry an id that is made here, so that consumers count
 * each once. What a crash can lose, and what happens when Kafka is away for long, is said at {@link SpoolProperties}.
 */
@Component
public class EventSpool implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(EventSpool.class);

    /** Lower than the web server's, which therefore stops first: its last calls are recorded too. */
    public static final int PHASE = 0;

    private final SpoolDirectory directory;
    private final SpoolWriter writer;
    private final SpoolSender sender;
    private final JsonMapper json;
    private final Clock clock;
    private final UUID process = UUID.randomUUID();
    private final AtomicLong count = new AtomicLong();
    private volatile boolean running;

    EventSpool(SpoolProperties properties, JsonMapper json, Clock clock, MeterRegistry registry) {
        try {
            directory = new SpoolDirectory(properties.directory());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "USAGE_SPOOL_DIR must name a folder that can be written: " + properties.directory(), e);
        }
        SpoolMetrics metrics = new SpoolMetrics(registry, directory);
        writer = new SpoolWriter(properties, directory, metrics);
        sender = new SpoolSender(properties, directory, metrics);
        this.json = json;
        this.clock = clock;
    }

    /** Adds an event about a call, from any thread and without waiting. */
    public void add(DomainEvent event, Call call) {
        UUID id = nextId();
        Instant now = clock.instant();
        @Nullable Caller caller = call.identity().map(Identity::caller).orElse(null);
        writer.add(() -> spooled(id, now, event, caller, call.correlationId(), call.traceparent()));
    }

    private SpooledEvent spooled(
            UUID id, Instant time, DomainEvent event, @Nullable Caller caller, String correlationId, String trace) {
        EventType type = EventType.of(event);
        return new SpooledEvent(
                type.topic(),
                event.subject(),
                SpooledEvent.headers(
                        id,
                        type.cloudEventsType(),
                        event.subject(),
                        time,
                        caller == null ? null : caller.tenantId(),
                        caller == null ? null : caller.userId(),
                        correlationId,
                        trace),
                json.writeValueAsBytes(event));
    }

    /**
     * Unique for ever and cheap, which a random one per call is not: random bits of the process and a number, as a UUID of
     * version 8 (RFC 9562).
     */
    private UUID nextId() {
        long high = (process.getMostSignificantBits() & ~0xF000L) | 0x8000L;
        long ofProcess = process.getLeastSignificantBits() & 0x3FFF_FF00_0000_0000L;
        long number = count.getAndIncrement() & 0xFF_FFFF_FFFFL;
        return new UUID(high, 0x8000_0000_0000_0000L | ofProcess | number);
    }

    @Override
    public void start() {
        running = true;
        writer.start();
        sender.start();
    }

    @Override
    public void stop() {
        running = false;
        writer.stop();
        sender.stop();
        try {
            directory.close();
        } catch (IOException e) {
            log.atWarn().setCause(e).log("The spool's folder cannot be left in order");
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
}
