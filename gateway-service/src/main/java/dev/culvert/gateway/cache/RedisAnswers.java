package dev.culvert.gateway.cache;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * The answers all instances share. One key an answer, so it may be spread over a cluster. While Redis is away there is
 * nothing in it, and nobody waits for it longer than the budget.
 */
@Component
final class RedisAnswers {
    private static final Logger log = LoggerFactory.getLogger(RedisAnswers.class);
    private static final Duration RECONNECT = Duration.ofSeconds(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final long LONGEST_MILLIS = Duration.ofDays(1).toMillis();

    private final CacheProperties properties;
    private final ClientResources resources;
    private final RedisClient client;
    private final Disposable connecting;
    private volatile @Nullable StatefulRedisConnection<byte[], byte[]> connection;

    RedisAnswers(CacheProperties properties) {
        this.properties = properties;
        resources = ClientResources.builder()
                .reconnectDelay(Delay.constant(RECONNECT))
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        RedisURI address = RedisURI.create(properties.redisUrl());
        address.setTimeout(CONNECT_TIMEOUT); // of the greeting, which would be waited for a minute
        client = RedisClient.create(resources, address);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(true)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .build());
        connecting = Mono.fromCompletionStage(() -> client.connectAsync(ByteArrayCodec.INSTANCE, address))
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, RECONNECT))
                .subscribe(opened -> connection = opened);
    }

    /** What is kept under a key; empty when Redis does not answer in time. */
    Mono<Stored> get(String key) {
        StatefulRedisConnection<byte[], byte[]> to = connection;
        if (to == null) {
            return Mono.empty();
        }
        return Mono.fromCompletionStage(() -> to.async().get(hashed(key)))
                .timeout(properties.redisBudget())
                .onErrorResume(_ -> Mono.empty())
                .flatMap(bytes -> Mono.justOrEmpty(read(bytes)));
    }

    private static Optional<Stored> read(byte[] bytes) {
        try {
            return Optional.of(Stored.fromBytes(bytes));
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("reason", e.getMessage())
                    .log("A stored answer cannot be read, the service is asked");
            return Optional.empty();
        }
    }

    /** Keeps it for as long as it can be of use. Nobody waits for that. */
    void put(String key, Stored stored, long millis) {
        StatefulRedisConnection<byte[], byte[]> to = connection;
        if (to != null && to.isOpen() && millis > 0) {
            SetArgs life = SetArgs.Builder.px(Math.min(millis, LONGEST_MILLIS));
            Mono.fromCompletionStage(() -> to.async().set(hashed(key), stored.toBytes(), life))
                    .subscribe(_ -> {}, RedisAnswers::unheard);
        }
    }

    void remove(String key) {
        StatefulRedisConnection<byte[], byte[]> to = connection;
        if (to != null && to.isOpen()) {
            Mono.fromCompletionStage(() -> to.async().del(hashed(key))).subscribe(_ -> {}, RedisAnswers::unheard);
        }
    }

    /** Whether nothing was put there before; true as well when Redis does not answer in time. */
    Mono<Boolean> putFirst(String key, Duration life) {
        StatefulRedisConnection<byte[], byte[]> to = connection;
        if (to == null) {
            return Mono.just(true);
        }
        SetArgs onlyNew = SetArgs.Builder.nx().px(life.toMillis());
        return Mono.fromCompletionStage(() -> to.async().set(hashed(key), new byte[] {Stored.FORM}, onlyNew))
                .map(_ -> true)
                .defaultIfEmpty(false)
                .timeout(properties.redisBudget())
                .onErrorReturn(true);
    }

    private static void unheard(Throwable failure) {
        log.atDebug().addKeyValue("reason", failure.toString()).log("Redis did not take a change of the kept answers");
    }

    /** Addresses can be long, and hold what should not be read in a list of keys. */
    private static byte[] hashed(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return ("cache:" + HexFormat.of().formatHex(digest)).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
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
