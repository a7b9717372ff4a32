package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.testing.LocalPorts;
import io.lettuce.core.RedisClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;
import redis.embedded.RedisServer;

/** Requirement P2.11.4: the leases may be kept in a Redis Cluster. */
@SuppressWarnings("try") // close waits, and tests may be interrupted
class RedisClusterIT {
    @Test
    void sharesAgentsInACluster() throws Exception {
        int port = LocalPorts.free();
        Path directory = Files.createTempDirectory("culvert-redis-cluster");
        RedisServer server = RedisServer.builder()
                .port(port)
                .bind("127.0.0.1")
                .setting("cluster-enabled yes")
                .setting("cluster-port " + LocalPorts.free())
                .setting("save \"\"")
                .setting("dir " + directory)
                .build();
        server.start();
        try (RawOrigin origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"))) {
            takeAllSlots(port);
            try (TestingReplicas replicas = new TestingReplicas("redis://127.0.0.1:" + port, true)) {
                TestingDataPlane entry = replicas.start("entry");
                TestingDataPlane holder = replicas.start("holder");
                replicas.tunnel("box");

                replicas.agentOn(holder, entry, "box", origin.url());

                assertThat(entry.client
                                .send(entry.request("/t/box/ok").build(), BodyHandlers.ofString())
                                .body())
                        .isEqualTo("ok");
            }
        } finally {
            server.stop();
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    private static void takeAllSlots(int port) {
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
        try (var connection = client.connect()) {
            connection.sync().clusterAddSlots(IntStream.range(0, 16_384).toArray());
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> connection.sync().clusterInfo().contains("cluster_state:ok"));
        } finally {
            client.shutdown(0, 0, TimeUnit.SECONDS);
        }
    }
}
