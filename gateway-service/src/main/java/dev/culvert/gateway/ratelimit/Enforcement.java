package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.ratelimit.Places.Place;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Counts calls, and tells callers, metrics and administrators what came of it. */
@Component
final class Enforcement {
    private static final Logger log = LoggerFactory.getLogger(Enforcement.class);

    private final RateLimiter limiter;
    private final LimitMetrics metrics;
    private final Violations violations;
    private final Places places;
    private final PacingQueue queue;
    private final AdaptiveLimits adaptive;
    private final MonthLedger ledger;
    private final Cache<Exempted, Boolean> logged = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    private record Exempted(String exemption, UUID user) {}

    Enforcement(
            RateLimiter limiter,
            LimitMetrics metrics,
            Violations violations,
            Places places,
            PacingQueue queue,
            AdaptiveLimits adaptive,
            MonthLedger ledger) {
        this.limiter = limiter;
        this.metrics = metrics;
        this.violations = violations;
        this.places = places;
        this.queue = queue;
        this.adaptive = adaptive;
        this.ledger = ledger;
    }

    /** Goes on with {@code rest} when the call may, fails with the refusal when not. */
    Mono<Void> count(ServerWebExchange exchange, Charge charge, Mono<Void> rest) {
        return Mono.defer(() -> {
            Optional<Place> place = charge.places().map(this::take);
            Mono<Void> counted = decided(charge, place).flatMap(decision -> {
                if (!decision.allowed()) {
                    return refuse(exchange, decision);
                }
                tell(exchange, decision);
                charge.quotas().forEach(ledger::called);
                return charge.paced()
                        .filter(_ -> decision.turnMillis() > 0)
                        .map(paced -> inTurn(exchange, paced, decision, rest))
                        .orElse(rest);
            });
            return place.map(one -> counted.doFinally(_ -> one.release())).orElse(counted);
        });
    }

    private void tell(ServerWebExchange exchange, Decision decision) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        LimitHeaders.tell(decision, headers);
        adaptive.tell(headers);
    }

    private Mono<Void> inTurn(ServerWebExchange exchange, Window paced, Decision decision, Mono<Void> rest) {
        Call call = Call.of(exchange);
        if (call.destination().target().isEmpty()) { // answered here, from memory
            return rest;
        }
        Optional<UUID> user = call.identity().map(identity -> identity.caller().userId());
        return switch (queue.enter(user, decision.turnMillis())) {
            case PacingQueue.Full full -> refuse(exchange, full.refusal(decision));
            case PacingQueue.Waiting waiting -> {
                LimitHeaders.tellTurn(paced, decision, exchange.getResponse().getHeaders());
                yield waiting.turn().then(rest);
            }
        };
    }

    private Place take(Window window) {
        Place place = places.take(window);
        metrics.underWay(place.inUse(), window.limit());
        return place;
    }

    private Mono<Decision> decided(Charge charge, Optional<Place> place) {
        long started = System.nanoTime();
        Mono<Decision> first = limiter.count(charge, place);
        return charge.otherwise()
                .map(otherwise -> first.flatMap(decision ->
                        decision.allowed() || !decision.window().name().equals(Charges.EXEMPTION)
                                ? Mono.just(decision)
                                : limiter.count(otherwise, Optional.empty())))
                .orElse(first)
                .doOnNext(decision -> metrics.checked(decision, System.nanoTime() - started));
    }

    /** Repeats the refusal of such a call a moment ago, if there was one. */
    Mono<Void> repeatRefusal(ServerWebExchange exchange, Charge charge) {
        return limiter.refusedLately(charge)
                .map(refusal -> refuse(exchange, refusal))
                .orElse(Mono.empty());
    }

    Mono<Void> refuse(ServerWebExchange exchange, Decision refusal) {
        Call call = Call.of(exchange);
        metrics.refused(
                refusal,
                call.identity()
                        .map(identity -> identity.caller().userId().toString())
                        .orElse(call.client().limitKey()));
        violations.add(exchange, refusal);
        tell(exchange, refusal);
        return Mono.error(LimitHeaders.refusal(refusal));
    }

    /** Notes that a call was not counted; in the log once a minute for each user. */
    void exempted(Exemption exemption, UUID user) {
        metrics.exempted(exemption);
        if (logged.asMap().putIfAbsent(new Exempted(exemption.id(), user), Boolean.TRUE) == null) {
            log.atInfo()
                    .addKeyValue("exemption", exemption.id())
                    .addKeyValue("type", exemption.type())
                    .addKeyValue("user_id", user)
                    .log("Calls are exempt from the limits of their user");
        }
    }
}
