package dev.culvert.gateway.ratelimit;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** The connection to the store all instances share: one server, or a cluster. Never waits for a lost one. */
@Component
final class SharedRedis {
    private static final Logger log = LoggerFactory.getLogger(SharedRedis.class);
    private static final Duration RECONNECT = Duration.ofMillis(500);
    private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(15);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final ClientResources resources =
            ClientResources.builder().reconnectDelay(Delay.constant(RECONNECT)).build();
    private final Disposable connecting;
    private final AbstractRedisClient client;

    /** One server and a cluster understand the same commands. */
    private volatile @Nullable RedisClusterAsyncCommands<String, String> connected;

    private volatile boolean warned;

    SharedRedis(RateLimitProperties properties) {
        RedisURI address = RedisURI.create(properties.redisUrl());
        address.setTimeout(CONNECT_TIMEOUT); // of the greeting, which would be waited for a minute
        ClientOptions options = ClientOptions.builder()
                .autoReconnect(true)
                // Without a connection fail at once, rather than keep commands for later.
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .build();
        Supplier<CompletionStage<RedisClusterAsyncCommands<String, String>>> connect;
        if (properties.redisCluster()) {
            RedisClusterClient cluster = RedisClusterClient.create(resources, address);
            cluster.setOptions(ClusterClientOptions.builder(options)
                    .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                            .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                            .build())
                    .build());
            connect = () -> cluster.refreshPartitionsAsync() // connecting does not wait for them by itself
                    .thenCompose(_ -> cluster.connectAsync(StringCodec.UTF8))
                    .thenApply(StatefulRedisClusterConnection::async);
            client = cluster;
        } else {
            RedisClient single = RedisClient.create(resources, address);
            single.setOptions(options);
            connect = () -> single.connectAsync(StringCodec.UTF8, address).thenApply(StatefulRedisConnection::async);
            client = single;
        }
        connecting = Mono.fromCompletionStage(connect)
                .doOnError(this::warnOnce)
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, RECONNECT))
                .subscribe(commands -> connected = commands);
    }

    private void warnOnce(Throwable failure) {
        if (!warned) {
            warned = true;
            log.atWarn()
                    .addKeyValue(
                            "reason",
                            NestedExceptionUtils.getMostSpecificCause(failure).toString())
                    .log("Redis cannot be reached, limits are counted by this instance alone");
        }
    }

    /** Runs a script that answers whole numbers, at once; the answer fails when Redis does not give one. */
    Mono<List<Long>> run(RedisScript script, String[] keys, String[] arguments) {
        RedisClusterAsyncCommands<String, String> to = connected;
        if (to == null) {
            return Mono.error(new IllegalStateException("Not connected to Redis yet"));
        }
        // Sent even if nobody waits for the answer any more: what was asked is counted.
        CompletableFuture<List<Long>> answer = to.<List<Long>>evalsha(
                        script.digest(), ScriptOutputType.MULTI, keys, arguments)
                .toCompletableFuture();
        return Mono.fromFuture(answer, true)
                .onErrorResume(
                        RedisNoScriptException.class,
                        _ -> Mono.fromFuture(
                                to.<List<Long>>eval(script.text(), ScriptOutputType.MULTI, keys, arguments)
                                        .toCompletableFuture(),
                                true));
    }

    /** Runs a script before whatever is sent to the same key after it; nobody hears what comes of it. */
    void tell(RedisScript script, String[] keys, String[] arguments) {
        RedisClusterAsyncCommands<String, String> to = connected;
        if (to != null) { // the text, since Redis may not know the digest and the second try would come late
            var _ = to.<List<Long>>eval(script.text(), ScriptOutputType.MULTI, keys, arguments);
        }
    }

    /** Completes when Redis answers, fails when it does not. */
    Mono<Void> ping() {
        RedisClusterAsyncCommands<String, String> to = connected;
        return to == null
                ? Mono.error(new IllegalStateException("Not connected to Redis yet"))
                : Mono.fromCompletionStage(to::ping).then();
    }

    @PreDestroy
    void close() {
        connecting.dispose();
        client.shutdown(Duration.ZERO, CONNECT_TIMEOUT);
        resources
                .shutdown(0, CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CONNECT_TIMEOUT.toMillis());
    }
}
