package dev.culvert.gateway.warmup;

import dev.culvert.gateway.call.Rehearsal;
import dev.culvert.gateway.identity.IdentityStatus;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * Between the issuer's keys and readiness: opens connections to the services, verifies tokens, counts in Redis and runs calls
 * through all stages, so that classes are loaded, what is run often is compiled, and nobody's first call pays for it.
 */
@Component
public final class WarmUp implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

    /** Refused for want of a credential, after all stages up to there and the count of such calls. */
    private static final String REFUSED = "/api/v1/tunnels";

    /** Taken to a service; few, as they count against the anonymous callers of this address. */
    private static final String ANSWERED = "/.well-known/jwks.json";

    private static final int MOST_ANSWERED = 3;

    private final WarmUpProperties properties;
    private final IdentityStatus identities;
    private final List<Rehearsal> rehearsals;
    private final HttpClient client;
    private final WebServerApplicationContext server;
    private final InetAddress address;
    private final Disposable.Swap running = Disposables.swap();
    private volatile boolean done;

    WarmUp(
            WarmUpProperties properties,
            IdentityStatus identities,
            ObjectProvider<Rehearsal> rehearsals,
            HttpClient client,
            WebServerApplicationContext server,
            ServerProperties serverProperties) {
        this.properties = properties;
        this.identities = identities;
        this.rehearsals = rehearsals.orderedStream().toList();
        this.client = client;
        this.server = server;
        InetAddress bound = serverProperties.getAddress();
        this.address = bound == null || bound.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound;
        this.done = !properties.enabled();
    }

    /** Whether it is over, well or not. */
    public boolean isDone() {
        return done;
    }

    @Override
    public void start() {
        if (done) {
            return;
        }
        running.update(identities
                .verifiable()
                .then(Mono.defer(this::run).elapsed())
                .doOnNext(run -> log.atInfo()
                        .addKeyValue("duration_ms", run.getT1())
                        .addKeyValue("answers", run.getT2())
                        .log("Warmed up"))
                .doFinally(_ -> done = true)
                .subscribe());
    }

    private Mono<Long> run() {
        Flux<Void> parts =
                Flux.fromIterable(rehearsals).flatMap(part -> part.rehearse().onErrorComplete());
        Flux<Boolean> calls =
                Flux.range(0, properties.calls()).concatMap(i -> call(i < MOST_ANSWERED ? ANSWERED : REFUSED));
        return parts.thenMany(calls)
                .take(properties.longest())
                .filter(answered -> answered)
                .count();
    }

    private Mono<Boolean> call(String path) {
        return client.headers(
                        headers -> headers.set("Cache-Control", "no-cache").set("User-Agent", "culvert-warm-up"))
                .get()
                .uri(URI.create("http://" + host() + ':' + port() + path))
                .responseSingle((_, body) -> body.then(Mono.just(true)))
                .onErrorReturn(false);
    }

    private int port() {
        return Objects.requireNonNull(server.getWebServer()).getPort(); // the phase says that it runs
    }

    private String host() {
        String text = address.getHostAddress();
        return text.indexOf(':') < 0 ? text : '[' + text + ']';
    }

    @Override
    public void stop() {
        running.update(Disposables.disposed());
    }

    @Override
    public boolean isRunning() {
        return running.get() != null && !running.get().isDisposed();
    }

    /** After the server, which it calls. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
