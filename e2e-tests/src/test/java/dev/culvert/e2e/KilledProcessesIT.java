package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Any process may die at any time: what was acknowledged is still there, its event reaches the webhook, and the next request
 * through the tunnel succeeds without anybody's help (NF3.2, NF3.4, R10.2).
 *
 * <p>Takes five minutes, so it runs when asked for: {@code mvn verify -Dculvert.e2e.skipped=}.
 */
@ExtendWith(SharedSuite.class)
@Tag("faults")
@Timeout(240)
class KilledProcessesIT {
    private static final Duration RECOVERY = Duration.ofSeconds(90);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gateway-service",
                "auth-service",
                "user-service",
                "tunnel-service",
                "proxy-service",
                "webhook-service",
                "admin-service",
                "postgres",
                "redis",
                "kafka"
            })
    void nothingAcknowledgedIsLostWhenAProcessIsKilled(String victim, RunningSuite suite) throws Exception {
        suite.awaitReady(RECOVERY);
        int restartsBefore = suite.process(victim).get("restarts").asInt();
        Person person = SharedSuite.newPerson(suite);
        String key = person.createApiKey("tunnels:connect", "tunnels:use");
        Set<String> delivered = ConcurrentHashMap.newKeySet();
        HttpServer receiver = receiver(suite, delivered);
        try (var service = new LocalService()) {
            String tunnel = person.createTunnel("before");
            Person.expect(
                    201,
                    person.post(
                            "/api/v1/webhooks",
                            Map.of(
                                    "url",
                                    "http://127.0.0.1:" + receiver.getAddress().getPort() + "/",
                                    "events",
                                    List.of("tunnel.created"))));
            try (Agent agent = Agent.start(AgentOptions.of(suite.gateway().toString(), "before", service.url(), key))) {
                agent.awaitConnected(Duration.ofSeconds(30));
                String acknowledged = person.createTunnel("acknowledged");

                suite.kill(victim);
                await().atMost(RECOVERY)
                        .until(() -> suite.process(victim).get("restarts").asInt() > restartsBefore);
                suite.awaitReady(RECOVERY);

                await("delivery of " + acknowledged).atMost(RECOVERY).until(() -> delivered.contains(acknowledged));
                assertThat(ids(person)).contains(tunnel, acknowledged);
                await("answer through the tunnel").atMost(RECOVERY).untilAsserted(() -> {
                    var answer = person.http()
                            .send(
                                    HttpRequest.newBuilder(SharedSuite.tunnel(suite.gateway(), "before", "/hello"))
                                            .header("X-API-Key", key)
                                            .build(),
                                    BodyHandlers.ofString());
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                    assertThat(answer.body()).isEqualTo("hello");
                });
            }
        } finally {
            receiver.stop(0);
        }
    }

    /** S2.35: 100 calls are 100 rows, though the gateway is killed in the middle and Kafka just before. */
    @Test
    void everyCallIsCountedOnceThoughGatewayAndKafkaAreKilled(RunningSuite suite) throws Exception {
        suite.awaitReady(RECOVERY);
        Person person = SharedSuite.administrator(suite); // who may call as often
        String path = "/api/v1/tunnels/" + letters();
        int restartsBefore = suite.process("gateway-service").get("restarts").asInt();

        suite.kill("kafka");
        call(person, path, 50);
        suite.kill("gateway-service");
        await().atMost(RECOVERY)
                .until(() -> suite.process("gateway-service").get("restarts").asInt() > restartsBefore);
        suite.awaitReady(RECOVERY);
        call(person, path, 50);

        await("all calls").atMost(RECOVERY).until(() -> counted(person, path) == 100);
        call(person, path, 1);
        await("no call twice").atMost(RECOVERY).until(() -> counted(person, path) == 101);
    }

    /** R4.6: to the byte, and what is cut off by the kill as well; none of it was stored more than a second before. */
    @Test
    void everyByteThroughATunnelIsCountedOnceThoughItsReplicaIsKilled(RunningSuite suite) throws Exception {
        suite.awaitReady(RECOVERY);
        int restartsBefore = suite.process("tunnel-service").get("restarts").asInt();
        Person person = SharedSuite.newPerson(suite);
        String key = person.createApiKey("tunnels:connect", "tunnels:use");
        String tunnel = person.createTunnel("counted");
        try (var service = new LocalService();
                Agent agent = Agent.start(AgentOptions.of(suite.gateway().toString(), "counted", service.url(), key))) {
            agent.awaitConnected(Duration.ofSeconds(30));
            HttpResponse<InputStream> stream = person.http()
                    .send(
                            through(suite, key, "/endless")
                                    .POST(BodyPublishers.noBody())
                                    .build(),
                            BodyHandlers.ofInputStream());
            String first = new String(stream.body().readNBytes("data: tick\n\n".length()), StandardCharsets.UTF_8);
            for (int i = 0; i < 50; i++) {
                var answer = person.http()
                        .send(
                                through(suite, key, "/hash")
                                        .POST(BodyPublishers.ofString("0123456789"))
                                        .build(),
                                BodyHandlers.ofString());
                assertThat(answer.body()).as("SHA-256").hasSize(64);
            }

            suite.kill("tunnel-service");
            await().atMost(RECOVERY)
                    .until(() -> suite.process("tunnel-service").get("restarts").asInt() > restartsBefore);
            suite.awaitReady(RECOVERY);

            await("all of it").atMost(RECOVERY).untilAsserted(() -> {
                JsonNode metrics = Person.expect(200, person.get("/api/v1/tunnels/" + tunnel))
                        .path("metrics");
                assertThat(metrics.path("requestCount").asInt()).isEqualTo(51);
                assertThat(metrics.path("errorCount").asInt()).isEqualTo(1);
                assertThat(metrics.path("bytesIn").asInt()).isEqualTo(50 * 10);
                assertThat(metrics.path("bytesOut").asInt()).isEqualTo(50 * 64 + first.length());
            });
        }
    }

    private static HttpRequest.Builder through(RunningSuite suite, String key, String path) throws Exception {
        return HttpRequest.newBuilder(SharedSuite.tunnel(suite.gateway(), "counted", path))
                .header("X-API-Key", key);
    }

    private static void call(Person person, String path, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            assertThat(person.get(path).statusCode()).isBetween(400, 404); // no tunnel
        }
    }

    private static int counted(Person person, String path) throws Exception {
        return Person.expect(200, person.get("/api/v1/usage/calls?limit=1&endpoint=" + path))
                .path("total")
                .asInt();
    }

    /** A word nobody else asks for; what looks like an id would be written as {id}. */
    private static String letters() {
        return ThreadLocalRandom.current()
                .ints(20, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static List<String> ids(Person person) throws Exception {
        return Person.expect(200, person.get("/api/v1/tunnels")).get("items").findValuesAsString("id");
    }

    /** Listens on the one address that the suite's outgoing guard lets through, and notes whose creation it is told of. */
    private static HttpServer receiver(RunningSuite suite, Set<String> delivered) throws Exception {
        int port = suite.address("demo-receiver").getPort();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> {
            JsonNode event = JsonMapper.shared()
                    .readTree(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            delivered.add(event.at("/data/tunnelId").asString());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
