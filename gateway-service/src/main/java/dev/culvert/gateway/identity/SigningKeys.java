package dev.culvert.gateway.identity;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.culvert.platform.caller.CallerProperties;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.client.HttpClient;

/**
 * The issuer's public keys, always at hand: read in the background, so that verifying a token never blocks, and kept when
 * auth-service is away, at start too. A key id nobody knows yet is looked up at once, but at most once in a while.
 */
@Component
final class SigningKeys implements JWKSource<SecurityContext>, SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final long EARLIEST_REPEAT_NANOS = Duration.ofSeconds(5).toNanos();

    private final Mono<JWKSet> read;
    private final Flux<JWKSet> refresh;
    private final Disposable.Swap refreshing = Disposables.swap();
    private final Set<Runnable> removalListeners = new HashSet<>();
    private final Sinks.Empty<Void> firstRead = Sinks.empty();
    private volatile @Nullable JWKSet known;
    private volatile boolean warned;
    private volatile long lastLookupNanos = System.nanoTime() - EARLIEST_REPEAT_NANOS;

    SigningKeys(CallerProperties caller, IdentityProperties properties, HttpClient client) {
        read = client.get()
                .uri(caller.jwksUrl().toString())
                .responseSingle((response, body) -> response.status().code() == 200
                        ? body.asString()
                        : Mono.error(new IllegalStateException("Status " + response.status())))
                .timeout(TIMEOUT)
                .<JWKSet>handle((json, sink) -> {
                    try {
                        sink.next(JWKSet.parse(json));
                    } catch (ParseException e) {
                        sink.error(e);
                    }
                })
                .doOnNext(this::replace)
                .doOnError(this::warnOnce);
        refresh = Flux.interval(Duration.ZERO, RETRY)
                .onBackpressureDrop()
                .filter(tick -> known == null
                        || tick % Math.max(1, properties.keysRefresh().dividedBy(RETRY)) == 0)
                .concatMap(_ -> read.onErrorComplete(), 1);
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) throws KeySourceException {
        JWKSet now = known;
        if (now == null) {
            throw new RemoteKeySourceException("No signing keys were read yet", null);
        }
        return selector.select(now);
    }

    /** Whether there are any yet. */
    boolean read() {
        return known != null;
    }

    /** Completes when there are. */
    Mono<Void> whenRead() {
        return firstRead.asMono();
    }

    /** Completes once the key is known, or looked for in vain. */
    Mono<Void> lookUp(@Nullable String keyId) {
        JWKSet now = known;
        boolean here = now != null && keyId != null && now.getKeyByKeyId(keyId) != null;
        if (here || System.nanoTime() - lastLookupNanos < EARLIEST_REPEAT_NANOS) {
            return Mono.empty();
        }
        lastLookupNanos = System.nanoTime();
        return read.onErrorComplete().then();
    }

    /** Runs {@code listener} when a key was withdrawn: what was verified with it no longer counts. */
    void onWithdrawal(Runnable listener) {
        removalListeners.add(listener);
    }

    private void replace(JWKSet next) {
        JWKSet before = known;
        known = next;
        warned = false;
        var _ = firstRead.tryEmitEmpty(); // all but the first fail
        if (before != null && !ids(next).containsAll(ids(before))) {
            removalListeners.forEach(Runnable::run);
        }
    }

    private void warnOnce(Throwable failure) {
        if (!warned) {
            warned = true;
            log.atWarn().addKeyValue("reason", failure.toString()).log("Signing keys cannot be read from auth-service");
        }
    }

    private static Set<String> ids(JWKSet keys) {
        return keys.getKeys().stream().map(JWK::getKeyID).collect(Collectors.toSet());
    }

    @Override
    public void start() {
        refreshing.update(refresh.subscribe());
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
