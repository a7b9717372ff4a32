package dev.culvert.tunnel.cluster;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The leases in Redis: one hash for each replica, whose expiry is the lease of everything in it, a set of the replicas'
 * names, a counter for epochs, and a channel for changes. All keys share a hash tag, so that in a Redis Cluster they are
 * in one slot. Blocks, and throws {@link io.lettuce.core.RedisException} where Redis does not answer; used by one thread.
 */
final class LeaseStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaseStore.class);
    private static final String PREFIX = "{culvert-tunnels}:";
    private static final String MEMBERS = PREFIX + "members";
    private static final String EPOCH = PREFIX + "epoch";
    private static final String CHANGES = PREFIX + "changes";
    private static final String NEWS = PREFIX + "news";

    /** The field of a replica's hash that is not a lease but the replica itself. */
    private static final String MEMBER = "@";

    private static final int FIELDS_AT_ONCE = 1000;

    /** What Redis answers for the time left of a key that stays for ever. */
    private static final long WITHOUT_END = -1;

    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RECONNECT = Duration.ofMillis(500);
    private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(15);

    private final ClientResources resources;
    private final AbstractRedisClient client;
    private final JsonMapper json;
    private final Duration lease;
    private final Consumer<Delta> changes;
    private final Consumer<TunnelNews> news;

    /** One server and a cluster understand the same commands. */
    private @Nullable RedisClusterCommands<String, String> connected;

    private @Nullable StatefulRedisPubSubConnection<String, String> listening;

    /**
     * @param changes told of the changes of all replicas, on a thread of the Redis client
     * @param news told of changed tunnels, there as well
     */
    LeaseStore(ClusterProperties properties, JsonMapper json, Consumer<Delta> changes, Consumer<TunnelNews> news) {
        this.json = json;
        this.lease = properties.lease();
        this.changes = changes;
        this.news = news;
        this.resources = ClientResources.builder()
                .reconnectDelay(Delay.constant(RECONNECT))
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        this.client = client(properties);
    }

    private AbstractRedisClient client(ClusterProperties properties) {
        List<RedisURI> addresses = Arrays.stream(properties.redisUrl().split(","))
                .map(String::strip)
                .map(RedisURI::create)
                .toList();
        addresses.forEach(address -> address.setTimeout(COMMAND_TIMEOUT));
        ClientOptions options = ClientOptions.builder()
                .autoReconnect(true)
                // Without a connection fail at once, rather than keep commands for later.
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(COMMAND_TIMEOUT).build())
                .timeoutOptions(TimeoutOptions.enabled(COMMAND_TIMEOUT))
                .build();
        if (properties.redisCluster()) {
            RedisClusterClient cluster = RedisClusterClient.create(resources, addresses);
            cluster.setOptions(ClusterClientOptions.builder(options)
                    .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                            .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                            .build())
                    .build());
            return cluster;
        }
        RedisClient single = RedisClient.create(resources, addresses.getFirst());
        single.setOptions(options);
        return single;
    }

    /** Connects unless that is done; lost connections come back by themselves. */
    private RedisClusterCommands<String, String> redis() {
        RedisClusterCommands<String, String> commands = connected;
        if (commands == null) {
            commands = switch (client) {
                case RedisClusterClient cluster ->
                    cluster.connect(StringCodec.UTF8).sync();
                case RedisClient single -> single.connect(StringCodec.UTF8).sync();
                default -> throw new IllegalStateException("Neither one server nor a cluster");
            };
            connected = commands;
        }
        if (listening == null) {
            StatefulRedisPubSubConnection<String, String> connection = switch (client) {
                case RedisClusterClient cluster -> cluster.connectPubSub(StringCodec.UTF8);
                case RedisClient single -> single.connectPubSub(StringCodec.UTF8);
                default -> throw new IllegalStateException("Neither one server nor a cluster");
            };
            connection.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    if (channel.equals(CHANGES)) {
                        read(message, Delta.class).ifPresent(changes);
                    } else {
                        read(message, TunnelNews.class).ifPresent(news);
                    }
                }
            });
            connection.sync().subscribe(CHANGES, NEWS);
            listening = connection;
        }
        return commands;
    }

    /**
     * The first of {@code count} numbers that nobody had before.
     *
     * @param above the highest one seen so far; a store that was emptied has forgotten it
     */
    long nextEpochs(int count, long above) {
        RedisClusterCommands<String, String> redis = redis();
        long first = redis.incrby(EPOCH, count) - count + 1;
        return first > above ? first : redis.incrby(EPOCH, above - first + 1 + count) - count + 1;
    }

    /**
     * Renews the lease of a replica.
     *
     * @param leases how many leases the store should have
     * @return false if it has another number, so that all must be written again
     */
    boolean renew(Member member, int leases) {
        RedisClusterCommands<String, String> redis = redis();
        String key = key(member.name());
        redis.sadd(MEMBERS, member.name());
        redis.hset(key, MEMBER, json.writeValueAsString(member));
        redis.pexpire(key, lease.toMillis());
        return redis.hlen(key) == leases + 1;
    }

    /** Writes a change and tells the others. */
    void change(Delta delta) {
        RedisClusterCommands<String, String> redis = redis();
        String key = key(delta.member().name());
        put(key, delta.member(), delta.added());
        if (!delta.removed().isEmpty()) {
            redis.hdel(key, delta.removed().stream().map(UUID::toString).toArray(String[]::new));
        }
        redis.pexpire(key, lease.toMillis());
        publish(delta);
    }

    /** Makes the store equal to what a replica holds, whatever is there. */
    void rewrite(Member member, Collection<Lease> leases) {
        RedisClusterCommands<String, String> redis = redis();
        String key = key(member.name());
        redis.sadd(MEMBERS, member.name());
        put(key, member, leases);
        Set<String> stale = new HashSet<>(redis.hkeys(key));
        stale.remove(MEMBER);
        leases.forEach(held -> stale.remove(held.sessionId().toString()));
        if (!stale.isEmpty()) {
            redis.hdel(key, stale.toArray(String[]::new));
        }
        redis.pexpire(key, lease.toMillis());
    }

    /** Leases first: whoever reads the new state of the member finds them. */
    private void put(String key, Member member, Collection<Lease> leases) {
        Map<String, String> fields = new HashMap<>();
        for (Lease held : leases) {
            fields.put(held.sessionId().toString(), json.writeValueAsString(held));
            if (fields.size() >= FIELDS_AT_ONCE) {
                redis().hset(key, fields);
                fields.clear();
            }
        }
        fields.put(MEMBER, json.writeValueAsString(member));
        redis().hset(key, fields);
    }

    void publish(Delta delta) {
        redis().publish(CHANGES, json.writeValueAsString(delta));
    }

    void publish(TunnelNews changed) {
        redis().publish(NEWS, json.writeValueAsString(changed));
    }

    /** A replica that leaves takes its leases with it. */
    void remove(Delta farewell) {
        redis().srem(MEMBERS, farewell.member().name());
        redis().del(key(farewell.member().name()));
        publish(farewell);
    }

    /**
     * Removes the leases of a replica that fell silent if they have no end: it was killed between writing them and saying when they
     * end, and nobody else would.
     */
    void removeEndless(String name) {
        RedisClusterCommands<String, String> redis = redis();
        if (redis.pttl(key(name)) == WITHOUT_END) {
            redis.del(key(name));
        }
    }

    /** All replicas whose lease runs. */
    List<Member> members() {
        RedisClusterCommands<String, String> redis = redis();
        return redis.smembers(MEMBERS).stream()
                .map(name -> {
                    String stored = redis.hget(key(name), MEMBER);
                    if (stored == null) {
                        // A replica that lives puts itself back with its next heartbeat.
                        redis.srem(MEMBERS, name);
                    }
                    return stored;
                })
                .map(stored -> read(stored, Member.class))
                .flatMap(Optional::stream)
                .toList();
    }

    /** A replica with all its leases, in one reading. */
    record Held(Member member, List<Lease> leases) {}

    Optional<Held> held(String name) {
        Map<String, String> fields = redis().hgetall(key(name));
        return read(fields.remove(MEMBER), Member.class)
                .map(member -> new Held(
                        member,
                        fields.values().stream()
                                .map(stored -> read(stored, Lease.class))
                                .flatMap(Optional::stream)
                                .toList()));
    }

    /** Empty for what another version of this software may have written. */
    private <T> Optional<T> read(@Nullable String stored, Class<T> type) {
        if (stored == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(json.readValue(stored, type));
        } catch (JacksonException e) {
            log.atWarn().addKeyValue("reason", e.getOriginalMessage()).log("A lease of another replica cannot be read");
            return Optional.empty();
        }
    }

    private static String key(String member) {
        return PREFIX + "leases:" + member;
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, COMMAND_TIMEOUT);
        resources
                .shutdown(0, COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(COMMAND_TIMEOUT.toMillis());
    }
}
