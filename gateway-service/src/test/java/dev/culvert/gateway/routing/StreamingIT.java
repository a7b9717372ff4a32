package dev.culvert.gateway.routing;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Data routes: every chunk at once, bodies of any size, no deadline, and an abort that reaches the service. Also R1.8. */
class StreamingIT {
    private static final int MIB = 1024 * 1024;

    private final TestingGateway gateway = TestingGateway.shared();

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/x-ndjson", "text/plain", "application/json", "video/mp4"})
    void passesHeadAndEachChunkBeforeTheNextIsWritten(String contentType) throws IOException {
        Sinks.Many<String> chunks = Sinks.many().unicast().onBackpressureBuffer();
        gateway.service()
                .on(
                        "/t/model/stream",
                        (_, response) -> response.header("Content-Type", contentType)
                                .sendHeaders()
                                .send(chunks.asFlux().map(StreamingIT::bytes), _ -> true));

        HttpResponse<InputStream> answer = send(gateway.signedIn("/t/model/stream"), BodyHandlers.ofInputStream());

        try (InputStream body = answer.body()) {
            for (int i = 0; i < 5; i++) {
                String expected = "chunk " + i + "\n";
                chunks.tryEmitNext(expected).orThrow();
                assertThat(new String(body.readNBytes(expected.length()), StandardCharsets.UTF_8))
                        .isEqualTo(expected);
            }
            chunks.tryEmitComplete().orThrow();
            assertThat(body.read()).isEqualTo(-1);
        }
    }

    @Test
    void passesEachPartOfAnAnswerWhoseLengthIsKnownBeforeTheNextIsWritten() throws IOException {
        Sinks.Many<String> parts = Sinks.many().unicast().onBackpressureBuffer();
        gateway.service()
                .on(
                        "/t/model/parts",
                        (_, response) -> response.header("Content-Length", "9")
                                .send(parts.asFlux().map(StreamingIT::bytes), _ -> true));
        parts.tryEmitNext("first").orThrow();

        HttpResponse<InputStream> answer = send(gateway.signedIn("/t/model/parts"), BodyHandlers.ofInputStream());

        try (InputStream body = answer.body()) {
            assertThat(body.readNBytes(5)).asString().isEqualTo("first");
            parts.tryEmitNext("rest").orThrow();
            parts.tryEmitComplete().orThrow();
            assertThat(body.readAllBytes()).asString().isEqualTo("rest");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void passesAnAnswerThatIsWholeWithItsHeadAndTheHeadAlone(String method) {
        gateway.service().on("/t/model/whole", (request, response) -> {
            response.header("Content-Length", "5");
            return request.method().name().equals("HEAD") ? response.send() : response.sendString(Mono.just("whole"));
        });

        for (int i = 0; i < 3; i++) { // over the same connections
            HttpResponse<String> answer =
                    send(gateway.signedIn("/t/model/whole").method(method, BodyPublishers.noBody()));

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(5);
            assertThat(answer.body()).isEqualTo(method.equals("HEAD") ? "" : "whole");
        }
    }

    @Test
    void streamsAnUploadOf100MegabytesIntact() throws Exception {
        MessageDigest arrived = MessageDigest.getInstance("SHA-256");
        gateway.service()
                .on(
                        "/t/store/file",
                        (request, response) -> request.receive()
                                .asByteArray()
                                .doOnNext(arrived::update)
                                .then(Mono.defer(() -> response.sendString(
                                                Mono.just(HexFormat.of().formatHex(arrived.digest())))
                                        .then())));
        MessageDigest sent = MessageDigest.getInstance("SHA-256");

        HttpResponse<String> answer = send(gateway.signedIn("/t/store/file")
                .timeout(Duration.ofMinutes(1))
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofInputStream(() -> new DigestInputStream(random(100L * MIB), sent))));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(HexFormat.of().formatHex(sent.digest()));
    }

    @Test
    void endsTheServicesWorkWhenTheClientGoes() throws IOException {
        AtomicBoolean started = new AtomicBoolean();
        AtomicBoolean ended = new AtomicBoolean();
        gateway.service()
                .on(
                        "/t/model/endless",
                        (_, response) -> response.send(
                                Flux.interval(Duration.ofMillis(20))
                                        .map(i -> bytes("token " + i))
                                        .doOnNext(_ -> started.set(true))
                                        .doOnCancel(() -> ended.set(true)),
                                _ -> true));
        HttpResponse<InputStream> answer = send(gateway.signedIn("/t/model/endless"), BodyHandlers.ofInputStream());
        await().untilTrue(started);

        answer.body().close();

        await().atMost(Duration.ofSeconds(5)).untilTrue(ended);
    }

    /** One who has stopped to read is not written to any more, which is how others are found to be gone. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endsTheServicesWorkWhenAClientGoesThatReadNothing(boolean atOnce) throws Exception {
        int clients = 4;
        byte[] piece = new byte[16 * 1024]; // of which the service keeps up to 128 for each
        AtomicInteger started = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        AtomicLong written = new AtomicLong();
        gateway.service()
                .on(
                        "/t/model/flood",
                        (_, response) -> response.send(
                                Flux.<ByteBuf>generate(sink -> {
                                            written.addAndGet(piece.length);
                                            sink.next(Unpooled.wrappedBuffer(piece));
                                        })
                                        .doOnSubscribe(_ -> started.incrementAndGet())
                                        .doFinally(_ -> ended.incrementAndGet()),
                                _ -> true));
        String token = gateway.signedIn("/")
                .build()
                .headers()
                .firstValue("Authorization")
                .orElseThrow();
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            socket.setReceiveBufferSize(16 * 1024);
            socket.connect(new InetSocketAddress("127.0.0.1", gateway.port()));
            socket.getOutputStream()
                    .write(("GET /t/model/flood HTTP/1.1\r\nHost: gateway\r\nAuthorization: " + token + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }
        await().until(() -> started.get() == clients);
        if (!atOnce) {
            AtomicLong before = new AtomicLong(-1);
            await().pollInterval(Duration.ofMillis(500)).until(() -> before.getAndSet(written.get()) == written.get());
        }

        for (Socket socket : sockets) {
            socket.close();
        }

        await().untilAsserted(() -> assertThat(ended).hasValue(clients));
    }

    @Test
    void cutsOffAnApiThatDoesNotAnswerInTimeAndEndsItsWork() {
        AtomicBoolean ended = new AtomicBoolean();
        try (TestingGateway own =
                TestingGateway.start(gateway.service(), "culvert.gateway.routing.api-timeout", "500ms")) {
            gateway.service()
                    .on("/api/v1/users/slow", (_, _) -> Mono.<Void>never().doOnCancel(() -> ended.set(true)))
                    .on(
                            "/t/model/slow",
                            (_, response) -> response.sendString(
                                    Mono.delay(Duration.ofMillis(1500)).map(_ -> "thought about it")));

            long started = System.nanoTime();
            HttpResponse<String> api = send(own.signedIn("/api/v1/users/slow"));

            assertProblem(api, ProblemCode.REQUEST_TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
            await().atMost(Duration.ofSeconds(5)).untilTrue(ended);
            assertThat(send(own.signedIn("/t/model/slow")).body()).isEqualTo("thought about it");
        }
    }

    /** S2.55. */
    @Test
    void letsCallsThatWaitHoldUpNoOther() {
        Sinks.Empty<Void> go = Sinks.empty();
        gateway.service()
                .on(
                        "/t/model/waits",
                        (_, response) -> response.sendString(go.asMono().thenReturn("done")));
        List<CompletableFuture<HttpResponse<String>>> waiting = IntStream.range(0, 200)
                .mapToObj(_ -> CompletableFuture.supplyAsync(
                        () -> send(gateway.signedIn("/t/model/waits")), Thread::startVirtualThread))
                .toList();
        await().until(() -> gateway.service().waiting().stream()
                        .filter(request -> request.uri().equals("/t/model/waits"))
                        .count()
                == 200);

        long started = System.nanoTime();
        assertThat(send(gateway.signedIn("/api/v1/users/me")).statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(1));

        go.tryEmitEmpty().orThrow();
        assertThat(waiting)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private static InputStream random(long length) {
        return new InputStream() {
            private final Random random = new Random(42);
            private long left = length;

            @Override
            public int read() {
                return left-- > 0 ? random.nextInt(256) : -1;
            }

            @Override
            public int read(byte[] target, int offset, int size) {
                if (left <= 0) {
                    return -1;
                }
                byte[] part = new byte[(int) Math.min(size, left)];
                random.nextBytes(part);
                System.arraycopy(part, 0, target, offset, part.length);
                left -= part.length;
                return part.length;
            }
        };
    }
}
