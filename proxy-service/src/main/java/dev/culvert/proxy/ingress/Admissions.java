package dev.culvert.proxy.ingress;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.caller.CallerTokens;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.proxy.proxy.ProxyDirectory;
import dev.culvert.proxy.proxy.ProxyDirectory.Resolution;
import dev.culvert.proxy.proxy.ProxyRoute;
import jakarta.annotation.PreDestroy;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Decides whether a caller may use a proxy. Answers come from virtual threads, since verifying a token and reading a proxy
 * may block, and good ones are kept for a moment: a change made in this replica is seen at once, one of another replica and
 * a token's end within {@link IngressProperties#answersKept()}.
 */
@Component
class Admissions {
    private static final int MAX_KEPT = 10_000;

    private sealed interface Decision {
        record Granted(ProxyRoute route) implements Decision {}

        record Refused(RuntimeException why) implements Decision {}
    }

    /** {@code changes} makes answers from before a change unreachable, also those still being loaded. */
    private record Key(String token, String name, long changes) {}

    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("admission-", 0).factory());
    private final AsyncCache<Key, Decision> kept;
    private final CallerTokens tokens;
    private final ProxyDirectory directory;

    Admissions(CallerTokens tokens, ProxyDirectory directory, IngressProperties properties) {
        this.tokens = tokens;
        this.directory = directory;
        this.kept = Caffeine.newBuilder()
                .expireAfterWrite(properties.answersKept())
                .maximumSize(MAX_KEPT)
                .executor(threads)
                .buildAsync();
    }

    /** The route of the proxy the caller means, or a {@link ProblemException}. */
    Mono<ProxyRoute> admit(String token, String name) {
        Key key = new Key(token, name, directory.changes());
        // Several requests may wait for one look-up, so one of them must not cancel it.
        return Mono.fromFuture(() -> kept.get(key, this::decide), true).map(decision -> switch (decision) {
            case Decision.Granted granted -> granted.route();
            case Decision.Refused refused -> {
                kept.synchronous().invalidate(key);
                throw refused.why();
            }
        });
    }

    private Decision decide(Key key) {
        try {
            return new Decision.Granted(route(key));
        } catch (RuntimeException e) {
            return new Decision.Refused(e);
        }
    }

    private ProxyRoute route(Key key) {
        Caller caller = tokens.verify(key.token());
        require(caller, Scope.PROXIES_USE, "Using a proxy needs the scope " + Scope.PROXIES_USE + ".");
        ProxyRoute route = switch (directory.resolve(key.name(), caller)) {
            case Resolution.Found found -> found.route();
            case Resolution.Stopped _ ->
                throw new ProblemException(ProblemCode.PROXY_STOPPED, "The proxy is stopped. Its owner can start it.");
            case Resolution.Unknown _ ->
                throw new ProblemException(ProblemCode.PROXY_001, "There is no proxy of this name for you.")
                        .withAlias("PROXY_NOT_FOUND");
        };
        if (route.usesTunnels()) {
            require(
                    caller,
                    Scope.TUNNELS_USE,
                    "This proxy has a tunnel among its targets, so the scope " + Scope.TUNNELS_USE + " is needed too.");
        }
        return route;
    }

    private static void require(Caller caller, String scope, String detail) {
        if (!caller.hasScope(scope)) {
            throw new ProblemException(ProblemCode.FORBIDDEN, detail).withAlias("INSUFFICIENT_SCOPES");
        }
    }

    @PreDestroy
    void close() {
        threads.shutdownNow();
    }
}
