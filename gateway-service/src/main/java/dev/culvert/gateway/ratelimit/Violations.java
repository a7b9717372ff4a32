package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.UsageEvent.LimitViolated;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Identity;
import dev.culvert.platform.caller.Caller;
import jakarta.annotation.PreDestroy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells admin-service of refused calls (requirement R6.8), one event for all that one limit refused of one caller at one
 * endpoint within a second: a flood must not become one of events. Bounded in memory; what does not fit, and what Kafka does
 * not take, is counted as lost. No request waits for it.
 */
@Component
final class Violations {
    private static final int MOST_PENDING = 10_000;
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int LONGEST_TEXT = 500;

    private final RateLimitProperties properties;
    private final LimitMetrics metrics;
    private final JsonMapper json;
    private final Clock clock;
    private final ConcurrentMap<Kind, Pending> pending = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("limit-violations").factory());
    private final AtomicBoolean failing = new AtomicBoolean();
    private @Nullable KafkaProducer<String, byte[]> producer; // the timer's own

    /** What becomes one event. */
    private record Kind(String limit, Optional<UUID> user, String address, String endpoint, String method) {}

    private record Pending(LimitViolated first, Optional<UUID> tenant, LongAdder calls) {}

    Violations(RateLimitProperties properties, LimitMetrics metrics, JsonMapper json, Clock clock) {
        this.properties = properties;
        this.metrics = metrics;
        this.json = json;
        this.clock = clock;
        var _ = timer.scheduleWithFixedDelay(this::tell, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    void add(ServerWebExchange exchange, Decision refusal) {
        Call call = Call.of(exchange);
        Optional<Caller> caller = call.identity().map(Identity::caller);
        ServerHttpRequest request = exchange.getRequest();
        Kind kind = new Kind(
                refusal.window().name(),
                caller.map(Caller::userId),
                call.client().address(),
                call.destination().route(),
                request.getMethod().name());
        Pending known = pending.get(kind);
        if (known == null && pending.size() >= MOST_PENDING) {
            metrics.lost(1);
            return;
        }
        pending.compute(kind, (_, before) -> {
            Pending one = before == null
                    ? new Pending(violated(kind, request, call, refusal), caller.map(Caller::tenantId), new LongAdder())
                    : before;
            one.calls.increment();
            return one;
        });
    }

    private LimitViolated violated(Kind kind, ServerHttpRequest request, Call call, Decision refusal) {
        return new LimitViolated(
                kind.limit,
                kind.user.orElse(null),
                kind.address,
                kind.endpoint,
                cut(request.getURI().getRawPath()),
                kind.method,
                Optional.ofNullable(request.getHeaders().getFirst(HttpHeaders.USER_AGENT))
                        .map(Violations::cut)
                        .orElse(null),
                call.correlationId(),
                refusal.limit(),
                refusal.degraded(),
                clock.instant(),
                1);
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
    }

    private void tell() {
        failing.set(false);
        for (Kind kind : pending.keySet()) {
            Pending one = pending.remove(kind);
            if (one == null) {
                continue;
            }
            if (failing.get()) { // each further try would take as long as the first
                metrics.lost(one.calls.sum());
            } else {
                send(one);
            }
        }
    }

    private void send(Pending one) {
        long calls = one.calls.sum();
        try {
            if (producer == null) {
                producer = new KafkaProducer<>(settings(), new StringSerializer(), new ByteArraySerializer());
            }
            var _ = producer.send(record(one, calls), (_, failure) -> {
                if (failure != null) {
                    failing.set(true);
                    metrics.lost(calls);
                }
            });
        } catch (KafkaException e) {
            failing.set(true);
            metrics.lost(calls); // counted, which an alarm can watch: a log line each would be a flood
        }
    }

    private ProducerRecord<String, byte[]> record(Pending one, long calls) {
        LimitViolated first = one.first;
        LimitViolated whole = new LimitViolated(
                first.limit(),
                first.userId(),
                first.address(),
                first.endpoint(),
                first.path(),
                first.method(),
                first.agent(),
                first.correlationId(),
                first.allowed(),
                first.degraded(),
                first.from(),
                calls);
        EventType type = EventType.LIMIT_VIOLATED;
        var record = new ProducerRecord<>(type.topic(), whole.subject(), json.writeValueAsBytes(whole));
        header(record, EventHeaders.SPEC_VERSION, EventHeaders.SPEC_VERSION_1_0);
        header(record, EventHeaders.ID, UUID.randomUUID().toString());
        header(record, EventHeaders.TYPE, type.cloudEventsType());
        header(record, EventHeaders.SOURCE, "/gateway-service");
        header(record, EventHeaders.SUBJECT, whole.subject());
        header(record, EventHeaders.TIME, Instant.now(clock).toString());
        header(record, EventHeaders.CORRELATION_ID, whole.correlationId());
        header(record, EventHeaders.CONTENT_TYPE, EventHeaders.JSON);
        one.tenant.ifPresent(tenant -> header(record, EventHeaders.TENANT_ID, tenant.toString()));
        return record;
    }

    private static void header(ProducerRecord<String, byte[]> record, String name, String value) {
        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, Object> settings() {
        return Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                properties.kafkaServers(),
                ProducerConfig.CLIENT_ID_CONFIG,
                "gateway-violations",
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                1_000,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                4_194_304L,
                ProducerConfig.LINGER_MS_CONFIG,
                5,
                ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                10_000);
    }

    @PreDestroy
    void stop() {
        timer.execute(() -> {
            tell();
            if (producer != null) {
                producer.close(Duration.ofSeconds(2));
            }
        });
        timer.shutdown();
    }
}
