package dev.culvert.gateway.ratelimit;

import dev.culvert.gateway.ratelimit.RateLimitProperties.ExemptionType;
import dev.culvert.gateway.ratelimit.RateLimitProperties.OperationProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.Subject;
import dev.culvert.platform.secret.Hmac;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What administrators laid down while the gateway runs: read from admin-service, which keeps it, some times a second, so that
 * a change counts at all instances within one. While admin-service is away the last known rules stay; before it was ever
 * read, those of the configuration count alone.
 */
@Component
final class LimitRules implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LimitRules.class);
    private static final String CREDENTIAL = "Culvert-Gateway-Key";

    private final List<Exemption> configured;
    private final Map<String, Operation> configuredOperations;
    private final JsonMapper json;
    private final Optional<Flux<byte[]>> refresh;
    private final Disposable.Swap refreshing = Disposables.swap();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Rules current;
    private volatile byte[] lastRead = {};
    private volatile boolean warned;

    /**
     * What counts now.
     *
     * @param exemptions the first one that covers a call counts
     * @param resetAll when everybody's uses of capped exemptions were set to nothing, Unix milliseconds
     * @param resets the same for single users
     * @param operations limits of single operations
     * @param tenantFactors by what budgets of tenants are multiplied, instead of the numbers of their plans
     */
    record Rules(
            List<Exemption> exemptions,
            long resetAll,
            Map<UUID, Long> resets,
            List<Operation> operations,
            Map<UUID, Double> tenantFactors) {
        /** From when on the uses of a user are counted. */
        long countedSince(UUID user) {
            return Math.max(resetAll, resets.getOrDefault(user, 0L));
        }
    }

    /** Rules are read one by one: an admin-service ahead of this gateway may know kinds that are new to it. */
    private record Answer(
            @Nullable List<JsonNode> exemptions,
            @Nullable Long resetAll,
            @Nullable Map<UUID, Long> resets,
            @Nullable List<JsonNode> operations,
            @Nullable Map<UUID, Double> tenantFactors) {}

    private record AnsweredExemption(
            UUID id,
            String type,
            @Nullable List<String> methods,
            List<String> paths,
            @Nullable UUID userId,
            @Nullable Integer perUserAndHour) {

        Exemption ready() {
            return new Exemption(
                    id.toString(),
                    ExemptionType.valueOf(type.toUpperCase(Locale.ROOT)),
                    new CallPattern(Objects.requireNonNullElse(methods, List.of()), paths),
                    Optional.ofNullable(userId),
                    Optional.ofNullable(perUserAndHour));
        }
    }

    private record AnsweredOperation(
            String name, @Nullable List<String> methods, List<String> paths, String by, int calls, int withinSeconds) {

        Operation ready() {
            return new Operation(
                    name,
                    OperationProperties.of(
                            Objects.requireNonNullElse(methods, List.of()),
                            paths,
                            Subject.valueOf(by.toUpperCase(Locale.ROOT)),
                            calls,
                            Duration.ofSeconds(withinSeconds)));
        }
    }

    /** {@code hmac} is asked for only if there is somebody to show its digest to. */
    LimitRules(RateLimitProperties properties, HttpClient client, JsonMapper json, ObjectProvider<Hmac> hmac) {
        this.json = json;
        configured = properties.exempt().stream().map(Exemption::of).toList();
        configuredOperations = new LinkedHashMap<>();
        properties.operations().forEach((name, one) -> configuredOperations.put(name, new Operation(name, one)));
        current = new Rules(configured, 0, Map.of(), List.copyOf(configuredOperations.values()), Map.of());
        refresh = properties
                .rulesUrl()
                .filter(url -> !url.toString().isEmpty())
                .map(url -> reading(url, credential(hmac.getObject()), properties, client));
    }

    /** Shows that this is a gateway of the same suite. */
    private static String credential(Hmac hmac) {
        return HexFormat.of().formatHex(hmac.forPurpose("gateway").of("limit-rules"));
    }

    private Flux<byte[]> reading(URI url, String credential, RateLimitProperties properties, HttpClient client) {
        Mono<byte[]> read = client.headers(headers -> headers.set(CREDENTIAL, credential))
                .get()
                .uri(url.toString())
                .responseSingle((response, body) -> response.status().code() == 200
                        ? body.asByteArray()
                        : Mono.error(new IllegalStateException("Status " + response.status())))
                .timeout(properties.rulesTimeout())
                .doOnNext(this::take)
                .doOnError(this::warnOnce)
                .onErrorComplete();
        return Flux.interval(Duration.ZERO, properties.rulesEvery())
                .onBackpressureDrop()
                .concatMap(_ -> read, 1);
    }

    Rules current() {
        return current;
    }

    /** Runs {@code listener} after each change. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void take(byte[] answer) {
        warned = false;
        if (Arrays.equals(answer, lastRead)) {
            return;
        }
        Answer read = json.readValue(answer, Answer.class);
        List<Exemption> exemptions = new ArrayList<>(configured);
        exemptions.addAll(built(read.exemptions, AnsweredExemption.class, AnsweredExemption::ready));
        Map<String, Operation> operations = new LinkedHashMap<>(configuredOperations);
        built(read.operations, AnsweredOperation.class, one -> Map.entry(one.name(), one.ready()))
                .forEach(one -> operations.put(one.getKey(), one.getValue()));
        current = new Rules(
                List.copyOf(exemptions),
                Objects.requireNonNullElse(read.resetAll, 0L),
                Map.copyOf(Objects.requireNonNullElse(read.resets, Map.of())),
                List.copyOf(operations.values()),
                Map.copyOf(Objects.requireNonNullElse(read.tenantFactors, Map.of())));
        lastRead = answer;
        listeners.forEach(Runnable::run);
        log.atInfo()
                .addKeyValue("exemptions", exemptions.size())
                .addKeyValue("operations", operations.size())
                .addKeyValue("tenants", current.tenantFactors().size())
                .log("Rules of the rate limits were read");
    }

    /** What this gateway understands; the rest is left out, and said once for each change of the rules. */
    private <A, R> List<R> built(@Nullable List<JsonNode> rules, Class<A> type, Function<A, R> ready) {
        List<R> built = new ArrayList<>();
        for (JsonNode rule : Objects.requireNonNullElse(rules, List.<JsonNode>of())) {
            try {
                built.add(ready.apply(json.treeToValue(rule, type)));
            } catch (RuntimeException e) { // whatever is wrong with one must not stop the others
                log.atWarn()
                        .addKeyValue("rule", rule.toString())
                        .addKeyValue("reason", e.toString())
                        .log("A rule of the rate limits is not understood and does not count");
            }
        }
        return built;
    }

    private void warnOnce(Throwable failure) {
        if (!warned) {
            warned = true;
            log.atWarn()
                    .addKeyValue("reason", failure.toString())
                    .log("Rules of the rate limits cannot be read from admin-service, the last known ones stay");
        }
    }

    @Override
    public void start() {
        refreshing.update(refresh.map(Flux::subscribe).orElseGet(Disposables::single));
    }

    /** Before the event loops stop. */
    @Override
    public void stop() {
        refreshing.update(Disposables.disposed());
    }

    @Override
    public boolean isRunning() {
        return refreshing.get() != null && !refreshing.get().isDisposed();
    }
}
