package dev.culvert.gateway.security;

import dev.culvert.contracts.event.SecurityEvent.RequestSuspected;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.spool.EventSpool;
import dev.culvert.platform.correlation.Correlation;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;

/**
 * What operators should hear of (requirements S3.9, S4.52): a line in the log {@code dev.culvert.gateway.security}, a count by
 * type, and an event for the audit log. One line and one event stand for all that one caller did of a kind at one endpoint within
 * a second: a flood must not become one of lines and events.
 */
@Component
public class SecurityEvents implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger("dev.culvert.gateway.security");
    private static final int MOST_PENDING = 10_000;

    /** Kinds of events, the label {@code type} of {@code security_events_total}. */
    public enum Type {
        SQL_INJECTION,
        SIGNATURE_MISSING,
        SIGNATURE_WRONG,
        SIGNATURE_OLD,
        SIGNATURE_REPLAYED,

        /** An access token or key that is none. */
        CREDENTIAL_MALFORMED,

        /** A key nobody has, or a token of somebody else's making. */
        CREDENTIAL_UNKNOWN,

        CREDENTIAL_EXPIRED,

        /** Of a session or key that was ended. */
        CREDENTIAL_REVOKED,

        /** Good, but not from this address. */
        CREDENTIAL_MISPLACED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final EventSpool spool;
    private final Clock clock;
    private final Map<Type, Counter> counters = new EnumMap<>(Type.class);
    private final ConcurrentMap<Kind, Pending> pending = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("security-events").factory());
    private boolean running;

    /** What becomes one event. */
    private record Kind(Type type, Optional<UUID> user, String address, String method, String endpoint) {}

    private record Pending(Call first, String path, Instant from, LongAdder requests) {}

    SecurityEvents(MeterRegistry registry, EventSpool spool, Clock clock) {
        this.spool = spool;
        this.clock = clock;
        Arrays.stream(Type.values())
                .forEach(type -> counters.put(
                        type,
                        Counter.builder("security.events")
                                .description("Requests that look like attacks")
                                .tag("type", type.label())
                                .register(registry)));
    }

    /** Records one; nothing of what the client sent but the path is repeated. */
    public void record(Type type, Call call, ServerHttpRequest request) {
        Counter counter = counters.get(type);
        if (counter != null) {
            counter.increment();
        }
        Kind kind = new Kind(
                type,
                call.identity().map(identity -> identity.caller().userId()),
                call.client().address(),
                request.getMethod().name(),
                call.destination().route());
        if (pending.size() >= MOST_PENDING && !pending.containsKey(kind)) {
            return; // counted above, which an alarm can watch
        }
        pending.compute(kind, (_, before) -> {
            Pending one = before == null
                    ? new Pending(call, request.getURI().getRawPath(), clock.instant(), new LongAdder())
                    : before;
            one.requests.increment();
            return one;
        });
    }

    private void tell() {
        for (Kind kind : pending.keySet()) {
            Pending one = pending.remove(kind);
            if (one != null) {
                tell(kind, one);
            }
        }
    }

    private void tell(Kind kind, Pending one) {
        long requests = one.requests.sum();
        spool.add(
                new RequestSuspected(
                        kind.type.label(),
                        kind.user.orElse(null),
                        kind.address,
                        kind.method,
                        kind.endpoint,
                        cut(one.path),
                        one.first.correlationId(),
                        one.from,
                        requests),
                one.first);
        try (Correlation.Open _ = Correlation.open(one.first.correlationId())) {
            log.atWarn()
                    .addKeyValue("action", kind.type.label())
                    .addKeyValue("path", kind.endpoint)
                    .addKeyValue("client", kind.address)
                    .addKeyValue("user_id", kind.user.orElse(null))
                    .addKeyValue("requests", requests)
                    .log("Security event");
        }
    }

    private static String cut(String path) {
        return path.length() <= 500 ? path : path.substring(0, 500);
    }

    @Override
    public synchronized void start() {
        running = true;
        var _ = timer.scheduleWithFixedDelay(this::tell, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public synchronized void stop() {
        running = false;
        timer.shutdownNow();
        tell();
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    /** Stopped before the spool, to which the last ones go, and after the web server. */
    @Override
    public int getPhase() {
        return EventSpool.PHASE + 1;
    }
}
