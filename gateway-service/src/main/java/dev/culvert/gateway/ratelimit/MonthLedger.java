package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.gateway.ratelimit.RateLimitProperties.QuotaProperties;
import dev.culvert.platform.secret.Hmac;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps months beyond Redis (requirements X-28, S3.5): tells user-service what was counted, soon after somebody's first call and
 * some times a minute as long as they call, and lifts the count in Redis where user-service knows of more, which is when Redis
 * has lost it. No call waits for it. While user-service is away, Redis counts on.
 */
@Component
final class MonthLedger {
    private static final Logger log = LoggerFactory.getLogger(MonthLedger.class);
    private static final RedisScript MONTH = RedisScript.read("month.lua");
    private static final String CREDENTIAL = "Culvert-Gateway-Key";
    private static final int MOST_AT_ONCE = 500;
    private static final int MOST_WAITING = 50_000;

    private final SharedRedis redis;
    private final JsonMapper json;
    private final Clock clock;
    private final QuotaProperties properties;
    private final Optional<HttpClient> client;
    private final Set<QuotaSubject> called = ConcurrentHashMap.newKeySet();
    private final Cache<String, Boolean> told;
    private volatile boolean telling;
    private volatile boolean warned;

    /** A window on its way to user-service and back. */
    private record Counted(
            UUID tenantId,
            String subjectType,
            UUID subjectId,
            String tier,
            Instant start,
            Instant end,
            long used,
            long allowed) {}

    private record Windows(List<Counted> items) {}

    MonthLedger(
            SharedRedis redis,
            RateLimiter limiter,
            RateLimitProperties limits,
            HttpClient client,
            JsonMapper json,
            Clock clock,
            ObjectProvider<Hmac> hmac) {
        this.redis = redis;
        this.json = json;
        this.clock = clock;
        properties = limits.quota();
        told = Caffeine.newBuilder()
                .maximumSize(MOST_WAITING)
                .expireAfterWrite(properties.tellEvery())
                .build();
        this.client = address()
                .map(_ -> client.headers(
                        headers -> headers.set(CREDENTIAL, credential(hmac)).set("Content-Type", "application/json")));
        limiter.onRecovery(told::invalidateAll);
    }

    private static String credential(ObjectProvider<Hmac> hmac) {
        return HexFormat.of().formatHex(hmac.getObject().forPurpose("gateway").of("quota-windows"));
    }

    private Optional<URI> address() {
        return properties.ledgerUrl().filter(url -> !url.toString().isEmpty());
    }

    /** A call that was counted for this subject. */
    void called(QuotaSubject subject) {
        if (called.size() < MOST_WAITING) {
            called.add(subject);
        }
    }

    /** Tells what is to be told now, some at a time; whatever is left comes with the next time. */
    void tell() {
        List<QuotaSubject> due = telling || client.isEmpty() ? List.of() : due();
        if (due.isEmpty()) {
            return;
        }
        telling = true;
        var _ = Flux.fromIterable(due)
                .concatMap(this::counted)
                .collectList()
                .flatMapMany(counted -> post(counted).flatMapMany(known -> lift(due, counted, known)))
                .doFinally(_ -> telling = false)
                .subscribe(_ -> {}, failure -> later(due, failure), () -> warned = false);
    }

    private List<QuotaSubject> due() {
        List<QuotaSubject> due = new ArrayList<>();
        for (QuotaSubject subject : called) {
            if (due.size() == MOST_AT_ONCE) {
                break;
            }
            if (told.asMap().putIfAbsent(subject.window().key(), Boolean.TRUE) == null) {
                due.add(subject);
            }
        }
        due.forEach(called::remove); // before Redis is asked, so that calls after that are told the next time
        return due;
    }

    private void later(List<QuotaSubject> due, Throwable failure) {
        due.forEach(subject -> told.invalidate(subject.window().key()));
        called.addAll(due);
        if (!warned) {
            warned = true;
            log.atWarn()
                    .addKeyValue("reason", failure.toString())
                    .log("Calls of the month cannot be told to user-service, they are in Redis alone");
        }
    }

    private Mono<Counted> counted(QuotaSubject subject) {
        Span span = subject.window().span();
        long slice = span.slice(clock.millis());
        return known(subject, slice, 0)
                .map(used -> new Counted(
                        subject.tenantId(),
                        subject.type().name().toLowerCase(Locale.ROOT),
                        subject.id(),
                        subject.tier().wireName(),
                        Instant.ofEpochMilli(span.start(slice)),
                        Instant.ofEpochMilli(span.end(slice)),
                        used,
                        subject.window().limit()));
    }

    /** What Redis knows of the month that is meant, which may have ended meanwhile; at least so many. */
    private Mono<Long> known(QuotaSubject subject, long slice, long atLeast) {
        Span span = subject.window().span();
        String[] arguments = {Long.toString(slice), Long.toString(atLeast), Long.toString(span.end(slice))};
        return redis.run(MONTH, new String[] {subject.window().key()}, arguments)
                .map(List::getFirst);
    }

    private Mono<List<Counted>> post(List<Counted> counted) {
        String body = json.writeValueAsString(new Windows(counted));
        return client.orElseThrow()
                .post()
                .uri(address().orElseThrow().toString())
                .send(ByteBufMono.fromString(Mono.just(body)))
                .responseSingle((response, content) -> response.status().code() == 200
                        ? content.asByteArray()
                        : Mono.error(new IllegalStateException("Status " + response.status())))
                .timeout(properties.timeout())
                .map(answer -> json.readValue(answer, Windows.class).items());
    }

    /** The answer is in the order of the question. */
    private Flux<Long> lift(List<QuotaSubject> subjects, List<Counted> counted, List<Counted> known) {
        if (known.size() != subjects.size()) {
            return Flux.error(new IllegalStateException("An answer about " + known.size() + " windows"));
        }
        return Flux.range(0, known.size())
                .filter(i -> known.get(i).used() > counted.get(i).used())
                .flatMap(i -> {
                    QuotaSubject subject = subjects.get(i);
                    long slice =
                            subject.window().span().slice(counted.get(i).start().toEpochMilli());
                    return known(subject, slice, known.get(i).used());
                });
    }
}
