package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.testing.TestingRedis;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Failure 12 of the list: the store of the leases goes away or loses everything, and requests are answered all the same. */
class RedisLostIT {
    private TestingRedis redis;
    private TestingReplicas replicas;
    private TestingDataPlane entry;
    private TestingDataPlane holder;
    private RawOrigin origin;
    private Resolution.Found tunnel;

    @BeforeEach
    void start() throws Exception {
        redis = TestingRedis.start();
        replicas = new TestingReplicas(redis.url());
        entry = replicas.start("entry");
        holder = replicas.start("holder");
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        tunnel = replicas.tunnel("box");
        replicas.agentOn(holder, entry, "box", origin.url());
    }

    @AfterEach
    void stop() throws Exception {
        replicas.close();
        origin.close();
        redis.close();
    }

    private int status(String path) throws Exception {
        HttpResponse<String> answer = entry.client.send(entry.request(path).build(), BodyHandlers.ofString());
        return answer.statusCode();
    }

    @Test
    void goesOnFromMemoryAndLearnsOfNewAgentsOnceItIsBack() throws Exception {
        redis.stop();
        // Longer than a lease: nobody is forgotten because nobody can be heard.
        await().atMost(Duration.ofSeconds(30))
                .until(() -> entry.cluster.map().sightings().stream()
                        .allMatch(other -> other.silentFor().compareTo(Duration.ofMillis(2500)) > 0));
        for (int i = 0; i < 20; i++) {
            assertThat(status("/t/box/ok")).isEqualTo(200);
        }
        replicas.tunnel("late");
        replicas.agent(holder.url(), "late", origin.url(), options -> options);

        redis.restart();

        replicas.awaitKnown(entry, "late");
        assertThat(status("/t/late/ok")).isEqualTo(200);
        assertThat(status("/t/box/ok")).isEqualTo(200);
    }

    @Test
    void isFilledAgainByTheHeartbeatsWhenItWasEmptied() throws Exception {
        RedisClient client = RedisClient.create(redis.url());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().flushall();
            assertThat(status("/t/box/ok")).isEqualTo(200);

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> connection
                                    .sync()
                                    .hlen("{culvert-tunnels}:leases:"
                                            + holder.cluster.map().self())
                            == 2);

            assertThat(status("/t/box/ok")).isEqualTo(200);
            assertThat(entry.cluster.map().elsewhere(tunnel.tunnelId())).hasSize(1);
        } finally {
            client.shutdown(0, 0, TimeUnit.SECONDS);
        }
    }

    /** It was killed after it had written its leases and before it had said when they end. */
    @Test
    void forgetsAReplicaForGoodWhoseLeasesHaveNoEnd() {
        RedisClient client = RedisClient.create(redis.url());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            String key = "{culvert-tunnels}:leases:killed";
            connection.sync().hset(key, "@", """
                    {"name": "killed", "incarnation": "7e0f7a3e-3f0a-4b4e-9a53-3c0d1f9f3c11", "address": "127.0.0.1:1",
                    "version": "1", "startedAt": "2026-01-01T00:00:00Z", "beat": 1, "revision": 1, "agents": 0, "requests": 0,
                    "draining": false}""");
            connection.sync().sadd("{culvert-tunnels}:members", "killed");
            await().until(() -> knowsTheKilledOne(entry));

            await().atMost(Duration.ofSeconds(30)).until(() -> !knowsTheKilledOne(entry));

            await().until(() ->
                    !connection.sync().smembers("{culvert-tunnels}:members").contains("killed"));
            assertThat(connection.sync().exists(key)).isZero();
        } finally {
            client.shutdown(0, 0, TimeUnit.SECONDS);
        }
    }

    private static boolean knowsTheKilledOne(TestingDataPlane replica) {
        return replica.cluster.map().others().stream()
                .anyMatch(member -> member.name().equals("killed"));
    }
}
