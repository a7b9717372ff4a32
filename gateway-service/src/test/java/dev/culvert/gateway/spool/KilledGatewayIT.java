package dev.culvert.gateway.spool;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.gateway.GatewayApplication;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingKafka;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Calls are told of once each, whatever happens to the gateway and to Kafka meanwhile. */
class KilledGatewayIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * S2.35: 100 calls, 100 events, though Kafka is away and the gateway is killed in the middle; an event that was sent twice has
     * the same id. S3.11: with nobody to take them, the calls go on as before and their events arrive later.
     */
    @Test
    void hundredCallsAreHundredEventsThoughTheGatewayIsKilledWhileKafkaIsAway(@TempDir Path folder) throws Exception {
        TestCallers ada = TestCallers.user();
        UUID key = UUID.randomUUID();
        try (TestingKafka kafka = TestingKafka.create();
                TestingService service = TestingService.start()) {
            String[] settings = {
                "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(), "USAGE_SPOOL_DIR", folder.toString(),
            };
            int port = freePort();
            Process killed = process(port, TestingGateway.settings(service, settings));
            try {
                awaitAlive(port);
                for (int i = 0; i < 50; i++) {
                    assertThat(call(port, ada, "/api/v1/tunnels/" + key).statusCode())
                            .isEqualTo(200);
                }
                await().atMost(PATIENCE).until(() -> spooled(folder) == 50);
            } finally {
                killed.destroyForcibly().waitFor();
            }

            try (TestingGateway next = TestingGateway.start(service, settings)) {
                Instant began = Instant.now();
                for (int i = 0; i < 50; i++) {
                    assertThat(send(next.as(ada, "/api/v1/tunnels/" + key)).statusCode())
                            .isEqualTo(200);
                }
                assertThat(Duration.between(began, Instant.now()))
                        .as("50 calls without Kafka")
                        .isLessThan(Duration.ofSeconds(10));

                kafka.restart();

                await().atMost(PATIENCE).until(() -> filesOf(folder).isEmpty());
                List<ConsumerRecord<String, String>> events = events(kafka, ada);
                assertThat(events.stream().map(KilledGatewayIT::id).distinct()).hasSize(100);
                assertComplete(events.getFirst(), ada);
            }
        }
    }

    private static void assertComplete(ConsumerRecord<String, String> event, TestCallers ada) {
        JsonNode data = TestingGateway.JSON.readTree(event.value());
        assertThat(data.get("userId").asString()).isEqualTo(ada.userId().toString());
        assertThat(data.get("method").asString()).isEqualTo("GET");
        assertThat(data.get("endpoint").asString()).isEqualTo("/api/v1/tunnels/{id}");
        assertThat(data.get("status").asInt()).isEqualTo(200);
        assertThat(data.get("durationMicros").asLong()).isPositive();
        assertThat(data.get("bytesIn").asLong()).isZero();
        assertThat(data.get("bytesOut").asLong()).isEqualTo(2); // {}
        assertThat(Instant.parse(data.get("startedAt").asString())).isBefore(Instant.now());
        assertThat(header(event, EventHeaders.TENANT_ID))
                .isEqualTo(ada.tenantId().toString());
        assertThat(header(event, EventHeaders.CORRELATION_ID)).isNotEmpty();
        assertThat(header(event, EventHeaders.SOURCE)).isEqualTo("/gateway-service");
    }

    private static Process process(int port, Map<String, Object> settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayApplication.class.getName()));
        settings.forEach((name, value) -> command.add("--" + name + "=" + (name.equals("PORT") ? port : value)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File("target/killed-gateway.log"))
                .start();
    }

    private static void awaitAlive(int port) {
        URI health = URI.create("http://127.0.0.1:" + port + "/health/live");
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            try (HttpClient client = HttpClient.newHttpClient()) {
                return client.send(HttpRequest.newBuilder(health).build(), BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            }
        });
    }

    private static HttpResponse<String> call(int port, TestCallers caller, String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(caller)));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.(part|log)"))
                    .toList();
        }
    }

    private static int spooled(Path folder) throws IOException {
        int found = 0;
        for (Path file : filesOf(folder)) {
            ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file));
            while (SpooledEvent.next(content) != null) {
                found++;
            }
        }
        return found;
    }

    /** What the topic has of a caller, read from its beginning to where it ends now. */
    private static List<ConsumerRecord<String, String>> events(TestingKafka kafka, TestCallers caller) {
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.USAGE).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> found = new ArrayList<>();
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                consumer.poll(Duration.ofMillis(200)).forEach(found::add);
            }
            return found.stream()
                    .filter(event -> event.key().equals(caller.userId().toString()))
                    .filter(event ->
                            header(event, EventHeaders.TYPE).equals(EventType.API_CALL_ENDED.cloudEventsType()))
                    .collect(Collectors.toList());
        }
    }

    private static String id(ConsumerRecord<String, String> event) {
        return header(event, EventHeaders.ID);
    }

    private static String header(ConsumerRecord<String, String> event, String name) {
        return new String(event.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
