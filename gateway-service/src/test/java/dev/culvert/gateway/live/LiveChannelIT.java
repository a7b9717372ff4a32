package dev.culvert.gateway.live;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.ProxyEvent.ProxyStatusChanged;
import dev.culvert.contracts.event.TunnelEvent.TunnelFailedOver;
import dev.culvert.contracts.event.TunnelEvent.TunnelStatusChanged;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingKafka;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Requirement NF5.2. */
class LiveChannelIT {
    private static TestingService service;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static TestingGateway gateway;

    private final TestCallers user = TestCallers.user();

    @BeforeAll
    static void start() throws Exception {
        service = TestingService.start();
        publish(new TunnelStatusChanged(UUID.randomUUID(), UUID.randomUUID(), "x", "a", "b", "makes the topic"));
        publish(new ProxyStatusChanged(UUID.randomUUID(), UUID.randomUUID(), "x", "a", "b", "makes the topic"));
        gateway = TestingGateway.start(service, "culvert.gateway.live.heartbeat", "300ms");
        NewsFeed feed = gateway.context().getBean(NewsFeed.class);
        await().atMost(Duration.ofSeconds(60)).until(() -> feed.hearing() >= 2);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.close();
    }

    @Test
    void tellsTheUserWithinASecondAndNobodyElse() throws Exception {
        TestCallers stranger = TestCallers.user();
        UUID tunnel = UUID.randomUUID();
        try (Events own = events(gateway.as(user, "/api/v1/live"));
                Events foreign = events(gateway.as(stranger, "/api/v1/live"))) {
            own.awaitHeartbeat();
            foreign.awaitHeartbeat();

            publish(status(tunnel, user, "connected"));
            long published = System.nanoTime();
            Event news = own.next();
            // Three times as long on a machine that does much else.
            assertThat(Duration.ofNanos(System.nanoTime() - published)).isLessThan(Duration.ofSeconds(3));
            publish(new ProxyStatusChanged(UUID.randomUUID(), stranger.userId(), "p", "running", "error", "x"));
            assertThat(news.type()).isEqualTo("tunnel.status_changed");
            assertThat(JSON.readTree(news.data()).path("tunnelId").asString()).isEqualTo(tunnel.toString());
            assertThat(JSON.readTree(news.data()).path("newStatus").asString()).isEqualTo("connected");
            assertThat(foreign.next().type()).as("only their own").isEqualTo("proxy.status_changed");
        }
    }

    /** P2.3.8: on the stream; as a webhook it is proven where webhooks are sent. */
    @Test
    void tellsThatATunnelFailedOver() throws Exception {
        UUID tunnel = UUID.randomUUID();
        try (Events own = events(gateway.as(user, "/api/v1/live"))) {
            own.awaitHeartbeat();

            publish(new TunnelFailedOver(tunnel, user.userId(), "ollama", "workshop", "spare", "agent_offline", 12));

            Event news = own.next();
            assertThat(news.type()).isEqualTo("tunnel.failed_over");
            JsonNode data = JSON.readTree(news.data());
            assertThat(data.path("tunnelId").asString()).isEqualTo(tunnel.toString());
            assertThat(data.path("fromEndpoint").asString()).isEqualTo("workshop");
            assertThat(data.path("toEndpoint").asString()).isEqualTo("spare");
            assertThat(data.path("reason").asString()).isEqualTo("agent_offline");
        }
    }

    @Test
    void speaksWebSocketToo() throws Exception {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        WebSocket socket = CLIENT.newWebSocketBuilder()
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(user))
                .buildAsync(URI.create("ws://127.0.0.1:" + gateway.port() + "/api/v1/live"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                        messages.add(text.toString());
                        return WebSocket.Listener.super.onText(socket, text, last);
                    }
                })
                .get(30, TimeUnit.SECONDS);
        assertThat(messages.poll(30, TimeUnit.SECONDS)).contains("heartbeat");

        publish(status(UUID.randomUUID(), user, "disconnected"));

        JsonNode news = Stream.generate(() -> poll(messages))
                .map(JSON::readTree)
                .filter(message -> message.has("id"))
                .findFirst()
                .orElseThrow();
        assertThat(news.path("type").asString()).isEqualTo("tunnel.status_changed");
        assertThat(news.at("/data/newStatus").asString()).isEqualTo("disconnected");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(5, TimeUnit.SECONDS);
    }

    @Test
    void givesWhatWasMissedToWhoSaysWhatItSawLast() throws Exception {
        String seen;
        try (Events before = events(gateway.as(user, "/api/v1/live"))) {
            before.awaitHeartbeat();
            publish(status(UUID.randomUUID(), user, "connecting"));
            seen = before.next().id();
        }
        publish(status(UUID.randomUUID(), user, "connected"));
        try (Events witness = events(gateway.as(user, "/api/v1/live").header("Last-Event-ID", seen))) {
            assertThat(JSON.readTree(witness.next().data()).path("newStatus").asString())
                    .isEqualTo("connected");
        }
        try (Events lost = events(gateway.as(user, "/api/v1/live").header("Last-Event-ID", "t0-unknown"))) {
            assertThat(lost.next().type()).isEqualTo("reset");
        }
    }

    @Test
    void asksForACredentialWithTheRightToRead() {
        assertProblem(send(gateway.anonymous("/api/v1/live")), ProblemCode.AUTH_TOKEN_MISSING);
        assertProblem(send(gateway.as(TestCallers.apiKey("webhooks:read"), "/api/v1/live")), ProblemCode.FORBIDDEN);
    }

    /** R1.9: a channel never ends by itself, so an instance that stops must not wait for it. */
    @Test
    void endsWhenTheInstanceStops() throws Exception {
        TestingGateway leaving = TestingGateway.start(service, "spring.lifecycle.timeout-per-shutdown-phase", "1m");
        try (Events open = events(leaving.as(user, "/api/v1/live"))) {
            open.awaitHeartbeat();

            long began = System.nanoTime();
            leaving.close();

            assertThat(open.ended.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(40));
        }
    }

    private static TunnelStatusChanged status(UUID tunnel, TestCallers owner, String status) {
        return new TunnelStatusChanged(tunnel, owner.userId(), "ollama", "created", status, "agent_connected");
    }

    private static void publish(DomainEvent event) throws Exception {
        EventType type = EventType.of(event);
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(type.topic(), event.subject(), JSON.writeValueAsBytes(event));
        record.headers().add(EventHeaders.TYPE, type.cloudEventsType().getBytes(StandardCharsets.UTF_8));
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        TestingKafka.shared().bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(record).get();
        }
    }

    private static <T> T poll(BlockingQueue<T> queue) {
        try {
            T next = queue.poll(30, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("Nothing came");
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private record Event(String id, String type, String data) {}

    private static Events events(HttpRequest.Builder request) {
        HttpResponse<Stream<String>> answer = send(request.timeout(Duration.ofMinutes(1)), BodyHandlers.ofLines());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        return new Events(answer.body());
    }

    /** Reads a stream of events in the background. */
    private static final class Events implements AutoCloseable {
        private final BlockingQueue<List<String>> blocks = new LinkedBlockingQueue<>();
        private final CountDownLatch ended = new CountDownLatch(1);
        private final Stream<String> lines;

        Events(Stream<String> lines) {
            this.lines = lines;
            Thread.startVirtualThread(this::read);
        }

        private void read() {
            var block = new ArrayList<String>();
            try {
                lines.forEach(line -> {
                    if (line.isEmpty()) {
                        blocks.add(List.copyOf(block));
                        block.clear();
                    } else {
                        block.add(line);
                    }
                });
            } catch (UncheckedIOException closed) {
                // by the test
            } finally {
                ended.countDown();
            }
        }

        void awaitHeartbeat() {
            assertThat(poll(blocks)).containsExactly(":alive");
        }

        Event next() {
            List<String> block;
            do {
                block = poll(blocks);
            } while (block.equals(List.of(":alive")));
            return new Event(field(block, "id:"), field(block, "event:"), field(block, "data:"));
        }

        private static String field(List<String> block, String name) {
            return block.stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()))
                    .findFirst()
                    .orElse("");
        }

        @Override
        public void close() {
            lines.close();
        }
    }
}
