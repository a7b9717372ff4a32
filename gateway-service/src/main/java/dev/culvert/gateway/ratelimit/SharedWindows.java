package dev.culvert.gateway.ratelimit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** The counts all instances share: one script call to Redis per request, whatever the number of windows. */
@Component
final class SharedWindows {
    private static final Logger log = LoggerFactory.getLogger(SharedWindows.class);
    private static final Duration RECONNECT = Duration.ofMillis(500);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final String script = readScript();
    private final ClientResources resources;
    private final RedisClient client;
    private final Disposable connecting;
    private volatile @Nullable Connected connected;
    private volatile boolean warned;

    private record Connected(StatefulRedisConnection<String, String> connection, String digest) {}

    SharedWindows(RateLimitProperties properties) {
        resources = ClientResources.builder()
                .reconnectDelay(Delay.constant(RECONNECT))
                .build();
        client = RedisClient.create(resources, RedisURI.create(properties.redisUrl()));
        client.setOptions(ClientOptions.builder()
                .autoReconnect(true)
                // Without a connection fail at once, rather than keep commands for later.
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .build());
        connecting = Mono.fromCompletionStage(
                        () -> client.connectAsync(StringCodec.UTF8, RedisURI.create(properties.redisUrl())))
                .doOnError(this::warnOnce)
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, RECONNECT))
                .subscribe(connection ->
                        connected = new Connected(connection, connection.async().digest(script)));
    }

    private void warnOnce(Throwable failure) {
        if (!warned) {
            warned = true;
            log.atWarn()
                    .addKeyValue("reason", failure.toString())
                    .log("Redis cannot be reached, limits are counted by this instance alone");
        }
    }

    /** Counts the call; fails when Redis does not answer. */
    Mono<Decision> count(List<Window> windows) {
        Connected to = connected;
        if (to == null) {
            return Mono.error(new IllegalStateException("Not connected to Redis yet"));
        }
        String[] keys = new String[windows.size()];
        String[] arguments = new String[1 + 2 * keys.length];
        arguments[0] = Integer.toString(Window.SLICES);
        for (int i = 0; i < keys.length; i++) {
            Window window = windows.get(i);
            keys[i] = window.key();
            arguments[1 + 2 * i] = Long.toString(window.sliceMillis());
            arguments[2 + 2 * i] = Integer.toString(window.limit());
        }
        var commands = to.connection.async();
        return Mono.<List<Long>>fromCompletionStage(
                        () -> commands.evalsha(to.digest, ScriptOutputType.MULTI, keys, arguments))
                .onErrorResume(
                        RedisNoScriptException.class,
                        _ -> Mono.fromCompletionStage(
                                () -> commands.eval(script, ScriptOutputType.MULTI, keys, arguments)))
                .map(answer -> decision(answer, windows));
    }

    private static Decision decision(List<Long> answer, List<Window> windows) {
        Window tightest = windows.get(answer.get(1).intValue() - 1);
        return new Decision(
                answer.get(0) == 1, tightest.limit(), answer.get(2).intValue(), answer.get(3), answer.get(4), false);
    }

    /** Completes when Redis answers, fails when it does not. */
    Mono<Void> ping() {
        Connected to = connected;
        return to == null
                ? Mono.error(new IllegalStateException("Not connected to Redis yet"))
                : Mono.fromCompletionStage(() -> to.connection.async().ping()).then();
    }

    @PreDestroy
    void close() {
        connecting.dispose();
        client.shutdown(Duration.ZERO, CONNECT_TIMEOUT);
        resources
                .shutdown(0, CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CONNECT_TIMEOUT.toMillis());
    }

    private static String readScript() {
        try {
            return new ClassPathResource("ratelimit/windows.lua").getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the script of the rate limits", e);
        }
    }
}
