package dev.culvert.gateway.health;

import dev.culvert.gateway.identity.RevocationFeed;
import dev.culvert.gateway.ratelimit.RedisStatus;
import dev.culvert.gateway.routing.RoutingProperties;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/** Asks what the gateway depends on how it is: all at once, with a deadline, and not more than once a second. */
@Component
final class HealthChecks {
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final Duration REMEMBERED = Duration.ofSeconds(1);
    private static final int OK = 200;

    private final Mono<SortedMap<String, State>> states;

    /**
     * How a dependency is.
     *
     * @param latency how long it took to find out
     */
    record State(boolean up, Duration latency) {}

    HealthChecks(
            RoutingProperties routing,
            HealthProperties properties,
            RedisStatus redis,
            RevocationFeed kafka,
            HttpClient client) {
        Map<String, Mono<Boolean>> checks = new TreeMap<>();
        checks.put("redis", redis.check().thenReturn(true));
        checks.put("kafka", Mono.fromSupplier(kafka::live));
        routing.apiServices()
                .forEach((name, addresses) -> checks.put(
                        name,
                        Flux.fromIterable(addresses)
                                .flatMap(address -> answers(client, address.resolve("/health/ready"))
                                        .onErrorReturn(false))
                                .any(up -> up)));
        properties.upstreams().forEach((name, address) -> checks.put(name, answers(client, address)));
        states = Flux.fromIterable(checks.entrySet())
                .flatMap(check -> check.getValue()
                        .timeout(DEADLINE)
                        .onErrorReturn(false)
                        .elapsed()
                        .map(up -> Map.entry(check.getKey(), new State(up.getT2(), Duration.ofMillis(up.getT1())))))
                .<SortedMap<String, State>>collect(TreeMap::new, (all, one) -> all.put(one.getKey(), one.getValue()))
                .cache(REMEMBERED);
    }

    private static Mono<Boolean> answers(HttpClient client, URI address) {
        return client.get()
                .uri(address.toString())
                .responseSingle((response, body) ->
                        body.then(Mono.just(response.status().code() == OK)));
    }

    /** Each dependency, by name. */
    Mono<SortedMap<String, State>> states() {
        return states;
    }
}
