package dev.culvert.gateway.resilience;

import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.TunnelEvent.TunnelStatusChanged;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingRedis;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/**
 * NF3.2, R1.2 under load: each thing the gateway depends on goes away and comes back while clients call by token and by key. No
 * path that does not need it answers 5xx meanwhile.
 */
class LostDependenciesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String KEY = "cvt_test_" + UUID.randomUUID();
    private static final String OF_AUTH = "/api/v1/auth/me";
    private static final String OF_USERS = "/api/v1/users/profile";
    private static final List<String> PATHS =
            List.of(OF_AUTH, OF_USERS, "/api/v1/tunnels", "/api/v1/webhooks", "/t/app/x", "/p/app/x");

    private static TestingRedis redis;
    private static TestingKafka kafka;
    private static TestingService auth;
    private static TestingService users;
    private static TestingService others;
    private static final TestCallers ADA = TestCallers.superAdmin(); // whose limits this load does not reach
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        redis = TestingRedis.start();
        kafka = TestingKafka.start();
        auth = TestingService.start();
        users = TestingService.start();
        others = TestingService.start();
        TestCallers owner = TestCallers.apiKey("tunnels:read", "tunnels:use");
        auth.on(
                "/internal/api-keys/exchange",
                (_, response) -> response.header("Content-Type", "application/json")
                        .sendString(Mono.just(JSON.writeValueAsString(
                                Map.of("token", TestingIssuer.shared().token(owner), "expiresInSeconds", 300)))));
        gateway = TestingGateway.start(
                others,
                "AUTH_SERVICE_URL",
                auth.uri().toString(),
                "USER_SERVICE_URL",
                users.uri().toString(),
                "REDIS_URL",
                redis.url(),
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "culvert.gateway.live.heartbeat",
                "300ms",
                "culvert.gateway.ratelimit.key.minute",
                "1000000",
                "culvert.gateway.ratelimit.users.free.minute",
                "1000000",
                "culvert.gateway.ratelimit.users.free.quarter-hour",
                "1000000",
                "culvert.gateway.ratelimit.users.free.hour",
                "1000000",
                "culvert.gateway.ratelimit.tenant.minute",
                "1000000");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        List.of(auth, users, others).forEach(TestingService::close);
        redis.close();
        kafka.close();
    }

    @Test
    void redis() {
        try (Load load = new Load(PATHS)) {
            load.awaitCalls(200);
            redis.stop();
            load.awaitCalls(300);
            redis.restart();
            load.awaitCalls(300);

            assertThat(load.failures()).isEmpty();
        }
    }

    /** The channel of live news stays open meanwhile, and tells again when Kafka is back. */
    @Test
    void kafka() {
        TestCallers watcher = TestCallers.user();
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        HttpResponse<Stream<String>> live =
                send(gateway.as(watcher, "/api/v1/live").timeout(Duration.ofMinutes(2)), BodyHandlers.ofLines());
        try (Load load = new Load(PATHS);
                Stream<String> lines = live.body()) {
            Thread.startVirtualThread(() -> lines.forEach(heard::add));
            awaitNews(watcher, heard);
            kafka.stop();
            load.awaitCalls(300);
            heard.clear();
            await().atMost(PATIENCE).until(() -> heard.contains(":alive"));
            kafka.restart();
            load.awaitCalls(300);

            awaitNews(watcher, heard);
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void authService() {
        loses(auth, OF_AUTH);
    }

    @Test
    void oneService() {
        loses(users, OF_USERS);
    }

    private static void loses(TestingService service, String affected) {
        try (Load load = new Load(PATHS)) {
            load.awaitCalls(200);
            service.stop();
            load.awaitCalls(300);
            service.restart();
            load.awaitCalls(300);

            assertThat(load.failures()).allMatch(failure -> failure.startsWith(affected + " 50"));
            assertThat(load.failures()).as("it was away").isNotEmpty();
        }
        await().atMost(PATIENCE).until(() -> send(gateway.as(ADA, affected)).statusCode() == 200);
    }

    private static void awaitNews(TestCallers watcher, Queue<String> heard) {
        heard.clear();
        AtomicInteger number = new AtomicInteger();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(300)).until(() -> {
            publish(watcher, "news " + number.incrementAndGet());
            return heard.stream().anyMatch(line -> line.contains("news "));
        });
    }

    private static void publish(TestCallers watcher, String name) {
        var event = new TunnelStatusChanged(UUID.randomUUID(), watcher.userId(), name, "created", "connected", "x");
        var record = new ProducerRecord<>(
                EventType.TUNNEL_STATUS_CHANGED.topic(), event.subject(), JSON.writeValueAsBytes(event));
        record.headers()
                .add(
                        EventHeaders.TYPE,
                        EventType.TUNNEL_STATUS_CHANGED.cloudEventsType().getBytes(StandardCharsets.UTF_8));
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(record);
        }
    }

    /** Clients that call one path after the other until they are told to stop. */
    private static final class Load implements AutoCloseable {
        private final List<String> paths;
        private final AtomicInteger calls = new AtomicInteger();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final List<Thread> clients;
        private volatile boolean running = true;

        Load(List<String> paths) {
            this.paths = paths;
            clients = IntStream.range(0, 4)
                    .mapToObj(number -> Thread.startVirtualThread(() -> run(number)))
                    .toList();
        }

        private void run(int number) {
            for (int i = number; running; i++) {
                String path = paths.get(i % paths.size());
                int status = status(
                        (i / paths.size()) % 2 == 0
                                ? gateway.as(ADA, path)
                                : gateway.anonymous(path).header("X-API-Key", KEY));
                if (status != 200) {
                    failures.add(path + " " + status);
                }
                calls.incrementAndGet();
            }
        }

        private static int status(HttpRequest.Builder request) {
            try {
                return send(request).statusCode();
            } catch (AssertionError noAnswer) {
                return 599;
            }
        }

        void awaitCalls(int more) {
            int goal = calls.get() + more;
            await().atMost(PATIENCE).until(() -> calls.get() >= goal);
        }

        List<String> failures() {
            return List.copyOf(failures);
        }

        @Override
        public void close() {
            running = false;
            for (Thread client : clients) {
                try {
                    client.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
