package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers and a local service see of each other through gateway, tunnel-service and agent (R4.1d, P2.13.3). */
@ExtendWith(SharedSuite.class)
@Timeout(300)
class ThroughTheTunnelIT {
    private static final String TUNNEL = "home";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static URI gateway;
    private static String key;
    private LocalService service;
    private Agent agent;

    @BeforeAll
    static void makeTunnelAndKey(RunningSuite suite) throws Exception {
        gateway = suite.gateway();
        Person person = SharedSuite.newPerson(suite);
        key = person.createApiKey("tunnels:connect", "tunnels:use");
        person.createTunnel(TUNNEL);
    }

    @BeforeEach
    void connectAnAgent() throws Exception {
        service = new LocalService();
        agent = Agent.start(AgentOptions.of(gateway.toString(), TUNNEL, service.url(), key));
        agent.awaitConnected(Duration.ofSeconds(30));
    }

    @AfterEach
    void disconnect() {
        agent.close();
        service.close();
        http.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/x-ndjson", "text/plain", "application/octet-stream"})
    void eachChunkArrivesBeforeTheNextIsWritten(String contentType) throws Exception {
        var answer = http.send(request(LocalService.chunks(contentType)).build(), BodyHandlers.ofInputStream());

        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.US_ASCII))) {
            for (int i = 0; i < 3; i++) {
                service.allowChunk();
                assertThat(lines.readLine()).isEqualTo("chunk " + i);
            }
            assertThat(lines.readLine()).isNull();
        }
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(contentType);
    }

    @Test
    void hundredMegabytesArriveIntact() throws Exception {
        long bytes = 100L << 20;

        var answer = http.send(
                request("/hash")
                        .header("Content-Type", "application/octet-stream")
                        .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new PatternedBytes(bytes)))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body()).isEqualTo(LocalService.hashOf(new PatternedBytes(bytes)));
    }

    @Test
    void localConnectionClosesWhenTheCallerLeaves() throws Exception {
        var answer = http.send(request("/endless").build(), BodyHandlers.ofInputStream());
        assertThat(answer.body().read()).isEqualTo('d');

        answer.body().close();

        assertThat(service.callerIsGoneWithin(Duration.ofSeconds(15))).isTrue();
    }

    @Test
    void webSocketMessagesAreEchoed() throws Exception {
        var received = new LinkedBlockingQueue<String>();
        URI address = SharedSuite.tunnel(gateway, TUNNEL, "/echo");
        WebSocket socket = http.newWebSocketBuilder()
                .header("X-API-Key", key)
                .buildAsync(URI.create("ws://" + address.getAuthority() + address.getPath()), new Listening(received))
                .get(30, TimeUnit.SECONDS);
        String long70k = "x".repeat(70_000);

        socket.sendText("one", true).get(30, TimeUnit.SECONDS);
        assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("one");
        socket.sendText(long70k, true).get(30, TimeUnit.SECONDS);
        assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo(long70k);
        socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2, 3}), true).get(30, TimeUnit.SECONDS);
        assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("binary 010203");

        socket.sendClose(WebSocket.NORMAL_CLOSURE, "done").get(30, TimeUnit.SECONDS);
        assertThat(received.poll(30, TimeUnit.SECONDS)).startsWith("closed ");
    }

    @Test
    void localServiceSeesItselfAsHostAndNoCredentials() throws Exception {
        var answer = http.send(
                request("/headers")
                        .header("Authorization", "Bearer belongs-to-the-local-service")
                        .header("Culvert-Caller-Token", "forged")
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body())
                .contains("host: " + URI.create(service.url()).getAuthority())
                .contains("authorization: Bearer belongs-to-the-local-service")
                .doesNotContain("x-api-key")
                .doesNotContain("culvert-")
                .doesNotContain(key);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(SharedSuite.tunnel(gateway, TUNNEL, path)).header("X-API-Key", key);
    }

    /** Puts whole messages into a queue. */
    private record Listening(BlockingQueue<String> received, StringBuilder partial) implements WebSocket.Listener {
        Listening(BlockingQueue<String> received) {
            this(received, new StringBuilder());
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                received.add(partial.toString());
                partial.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            received.add("binary " + HexFormat.of().formatHex(bytes));
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            received.add("closed " + status);
            return null;
        }
    }

    /** Bytes that depend on their position alone, so that a body need not be kept to be compared. */
    private static final class PatternedBytes extends InputStream {
        private final long length;
        private long position;

        PatternedBytes(long length) {
            this.length = length;
        }

        @Override
        public int read() {
            return position == length ? -1 : at(position++) & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) {
            if (position == length) {
                return -1;
            }
            int available = (int) Math.min(count, length - position);
            for (int i = 0; i < available; i++) {
                target[offset + i] = at(position++);
            }
            return available;
        }

        private static byte at(long position) {
            return (byte) (position * 0x9E3779B97F4A7C15L >>> 56);
        }
    }
}
