package dev.culvert.gateway.ratelimit;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real Redis whose limits go by a clock that the test moves: the script asks for that instead of the server's time. */
final class ScriptedRedis implements AutoCloseable {
    private static final String TIME = "redis.call('TIME')";

    private final DurableRedis server = DurableRedis.start();
    private final RedisClient client = RedisClient.create(server.url());
    private final List<SharedRedis> instances = new ArrayList<>();
    private final StatefulRedisConnection<String, String> connection;
    private final SettableClock clock = new SettableClock(Instant.parse("2096-02-28T23:50:00Z")); // keys do not expire

    ScriptedRedis() {
        connection = client.connect();
        pass(0);
    }

    /** A connection to it. */
    SharedRedis redis() {
        SharedRedis redis = new SharedRedis(TestLimits.with("redis-url", server.url()));
        instances.add(redis);
        await(redis);
        return redis;
    }

    /** What one gateway uses. */
    SharedWindows instance(Object... settings) {
        Object[] all = new Object[settings.length + 2];
        System.arraycopy(settings, 0, all, 2, settings.length);
        all[0] = "redis-url";
        all[1] = server.url();
        RateLimitProperties properties = TestLimits.with(all);
        SharedRedis redis = new SharedRedis(properties);
        instances.add(redis);
        await(redis);
        return instance(redis, UUID.randomUUID().toString(), properties);
    }

    /** What one gateway of this name uses. */
    static SharedWindows instance(SharedRedis redis, String name, RateLimitProperties properties) {
        String script = RedisScript.read("windows.lua").text();
        String ours = script.replace(TIME, "redis.call('MGET', 'clock:seconds', 'clock:micros')");
        return new SharedWindows(redis, name, properties, RedisScript.of(ours));
    }

    private static void await(SharedRedis redis) {
        Awaitility.await().atMost(20, TimeUnit.SECONDS).ignoreExceptions().until(() -> {
            redis.ping().block();
            return true;
        });
    }

    /** Kills the server and starts it anew, with what it had written down. */
    void restart() {
        server.kill();
        server.restart();
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> connection.sync().ping().equals("PONG"));
        instances.forEach(ScriptedRedis::await);
    }

    /** The clock of the server. */
    Clock clock() {
        return clock;
    }

    void pass(long millis) {
        set(clock.millis() + millis);
    }

    void set(long millis) {
        clock.set(millis);
        connection
                .sync()
                .mset(Map.of(
                        "clock:seconds", Long.toString(millis / 1000),
                        "clock:micros", Long.toString(millis % 1000 * 1000)));
    }

    long now() {
        return clock.millis();
    }

    void forget() {
        connection.sync().flushall();
        pass(0);
    }

    @Override
    public void close() {
        instances.forEach(SharedRedis::close);
        client.shutdown(0, 0, TimeUnit.SECONDS);
        server.close();
    }
}
