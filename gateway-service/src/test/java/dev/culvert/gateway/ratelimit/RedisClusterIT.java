package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.LocalPorts;
import dev.culvert.testing.TestCallers;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;
import redis.embedded.RedisServer;

/** Requirement S4.70: a cluster refuses scripts whose keys are not in one slot. */
class RedisClusterIT {
    @Test
    void countsInACluster() throws IOException {
        int port = LocalPorts.free(); // and the next ten thousandth for the cluster's own talk
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
        try (TestingService service = TestingService.start()) {
            takeAllSlots(port);
            try (TestingGateway gateway = TestingGateway.start(
                    service,
                    "REDIS_URL",
                    "redis://127.0.0.1:" + port,
                    "REDIS_CLUSTER",
                    "true",
                    "culvert.gateway.ratelimit.redis-budget",
                    "2s")) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> !degraded(send(gateway.signedIn("/api/v1/tunnels"))));
                TestCallers user = TestCallers.user();

                for (int left = 99; left > 95; left--) {
                    HttpResponse<String> answer = send(gateway.as(user, "/api/v1/tunnels"));
                    assertThat(degraded(answer)).isFalse();
                    assertThat(answer.headers().firstValue("X-RateLimit-Remaining"))
                            .hasValue(Integer.toString(left));
                }
            }
        } finally {
            server.stop();
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    private static void takeAllSlots(int port) {
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
        try (var connection = client.connect()) {
            int[] slots = IntStream.range(0, 16_384).toArray();
            connection.sync().clusterAddSlots(slots);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> connection.sync().clusterInfo().contains("cluster_state:ok"));
        } finally {
            client.shutdown(0, 0, TimeUnit.SECONDS);
        }
    }

    private static boolean degraded(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Service-Status").isPresent();
    }
}
