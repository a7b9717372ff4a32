package dev.culvert.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.gateway.protocol.RawHttp2.Frame;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Clients that speak HTTP/2 without TLS, gRPC among them, and those that misuse it. */
class Http2IT {
    private static final int MANY = 1_000;
    private static final int FRAME = 16_384;
    private static final String LONG = "y".repeat(20_000);

    private final TestingGateway gateway = TestingGateway.shared();
    private final String token = TestingIssuer.shared().token(TestCallers.superAdmin());

    @BeforeEach
    void forget() {
        gateway.service().forget();
    }

    @Test
    void answersCallsAsInHttp1() throws IOException {
        gateway.service().on("/api/v1/tunnels/one", 200, "{\"id\":1}");
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            client.send(RawHttp2.HEADERS, 5, 1, client.get("/api/v1/tunnels/one", "authorization", "Bearer " + token));

            Http2Headers answer = client.headers(client.next());

            assertThat(answer.status()).hasToString("200");
            assertThat(answer.get("x-correlation-id")).isNotEmpty();
            assertThat(answer.get("connection")).isNull();
            assertThat(body(client)).isEqualTo("{\"id\":1}");
            TestingService.Received received = received("/api/v1/tunnels/one");
            assertThat(received.headers().getFirst("X-Forwarded-Host")).isEqualTo("gateway.example");
            assertThat(received.headers().headerNames())
                    .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("x-http2-"));

            client.send(RawHttp2.HEADERS, 5, 3, client.get("/api/v1/tunnels/one"));
            assertThat(client.headers(client.next()).status()).hasToString("401");
            assertThat(body(client)).contains("AUTH_TOKEN_MISSING");
        }
    }

    @Test
    void passesABodyOfUnknownLengthAndManyCallsAtATime() throws IOException {
        gateway.service()
                .on(
                        "/t/app/echo",
                        (request, response) -> response.send(request.receive().retain()));
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            for (int stream = 1; stream < 100; stream += 2) {
                client.send(
                        RawHttp2.HEADERS,
                        RawHttp2.END_HEADERS,
                        stream,
                        client.fields("POST", "/t/app/echo", "authorization", "Bearer " + token));
            }
            for (int stream = 1; stream < 100; stream += 2) {
                client.send(RawHttp2.DATA, RawHttp2.END_STREAM, stream, bytes("number " + stream));
            }
            StringBuilder[] answers = new StringBuilder[100];
            for (int open = 50; open > 0; ) {
                Frame frame = client.next();
                if (frame.type() == RawHttp2.HEADERS) {
                    assertThat(client.headers(frame).status()).hasToString("200");
                    answers[frame.stream()] = new StringBuilder();
                } else {
                    answers[frame.stream()].append(new String(frame.payload(), StandardCharsets.UTF_8));
                }
                open -= frame.endsStream() ? 1 : 0;
            }
            for (int stream = 1; stream < 100; stream += 2) {
                assertThat(answers[stream]).hasToString("number " + stream);
            }
        }
    }

    /** A client of Java asks for the deprecated upgrade on its own, with a body. */
    @Test
    void answersTheDeprecatedUpgradeInHttp1() throws Exception {
        try (HttpClient java =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpResponse<String> answer = java.send(
                    gateway.signedIn("/api/v1/tunnels")
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{}"))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(received("/api/v1/tunnels").headers().get("HTTP2-Settings"))
                    .isNull();
        }
    }

    @Test
    void takesGrpcToTheServiceByHttp2WithItsTrailers() throws IOException {
        gateway.service()
                .on(
                        "/t/rpc/echo.Echo/Unary",
                        (request, response) -> response.header("content-type", "application/grpc")
                                .header("protocol", request.protocol())
                                .trailerHeaders(trailers -> trailers.add("grpc-status", "0")
                                        .add("detail", "all")
                                        .add("culvert-secret", "x"))
                                .send(request.receive().retain()));
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            call(client, 1, "Unary");
            client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, bytes("message"));

            Http2Headers head = client.headers(client.next());
            assertThat(head.get("protocol")).hasToString("HTTP/2.0");
            StringBuilder message = new StringBuilder();
            Frame frame = client.next();
            while (frame.type() == RawHttp2.DATA) {
                message.append(new String(frame.payload(), StandardCharsets.UTF_8));
                frame = client.next();
            }

            assertThat(message).hasToString("message");
            assertThat(frame.endsStream()).isTrue();
            Http2Headers trailers = client.headers(frame);
            assertThat(trailers.get("grpc-status")).hasToString("0");
            assertThat(trailers.get("detail")).hasToString("all");
            assertThat(trailers.get("culvert-secret")).isNull();
            TestingService.Received received = received("/t/rpc/");
            assertThat(received.headers().getFirst("te")).isEqualTo("trailers");
            assertThat(received.headers().getFirst(HeaderNames.CALLER_TOKEN)).startsWith("ey");
        }
    }

    @Test
    void letsBothSidesOfAGrpcCallTalkInTurn() throws IOException {
        gateway.service()
                .on(
                        "/t/rpc/echo.Echo/Both",
                        (request, response) -> response.header("content-type", "application/grpc")
                                .trailerHeaders(trailers -> trailers.add("grpc-status", "0"))
                                .sendHeaders()
                                .send(
                                        Flux.concat(
                                                Mono.fromSupplier(() -> Unpooled.wrappedBuffer(bytes("welcome"))),
                                                request.receive().retain()),
                                        _ -> true));
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            call(client, 1, "Both");

            client.headers(client.next());
            assertThat(text(data(client))).isEqualTo("welcome");
            for (String word : List.of("one", "two", "three")) {
                client.send(RawHttp2.DATA, 0, 1, bytes(word));
                assertThat(text(data(client))).isEqualTo(word);
            }
            client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[0]);
            Frame end = client.next(Frame::endsStream);
            assertThat(client.headers(end).get("grpc-status")).hasToString("0");
        }
    }

    @Test
    void passesAGrpcErrorWithoutMessageAsOneFrame() throws IOException {
        gateway.service()
                .on(
                        "/t/rpc/echo.Echo/Fails",
                        (request, response) -> request.receive()
                                .then(response.header("content-type", "application/grpc")
                                        .header("grpc-status", "5")
                                        .header("grpc-message", "no such thing")
                                        .send()));
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            call(client, 1, "Fails");
            client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, bytes("message"));

            Frame only = client.next();

            assertThat(only.type()).isEqualTo(RawHttp2.HEADERS);
            assertThat(only.endsStream()).isTrue();
            Http2Headers head = client.headers(only);
            assertThat(head.get("grpc-status")).hasToString("5");
            assertThat(head.get("grpc-message")).hasToString("no such thing");
        }
    }

    @Test
    void endsTheServicesWorkWhenACallIsCancelled() throws IOException {
        AtomicBoolean ended = new AtomicBoolean();
        gateway.service()
                .on(
                        "/t/rpc/echo.Echo/Endless",
                        (_, response) -> response.header("content-type", "application/grpc")
                                .sendHeaders()
                                .then(Mono.<Void>never().doOnCancel(() -> ended.set(true))));
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            call(client, 1, "Endless");
            client.headers(client.next());

            client.send(RawHttp2.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});

            await().untilTrue(ended);
        }
    }

    @Test
    void doesNotTakeAnAnswerThatBrokeOffForOneThatEnded() throws IOException {
        gateway.service()
                .on(
                        "/t/rpc/echo.Echo/Breaks",
                        (_, response) -> response.header("content-type", "application/grpc")
                                .send(
                                        Flux.concat(
                                                Mono.fromSupplier(() -> Unpooled.wrappedBuffer(bytes("half"))),
                                                Mono.delay(Duration.ofMillis(100))
                                                        .then(Mono.error(new IOException("broken")))),
                                        _ -> true));
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            call(client, 1, "Breaks");
            client.headers(client.next());
            assertThat(text(data(client))).isEqualTo("half");

            assertThat(client.next(frame -> frame.stream() == 1 && frame.type() != RawHttp2.DATA)
                            .type())
                    .isEqualTo(RawHttp2.RST_STREAM);
        }
    }

    /** CVE-2023-44487. */
    @Test
    void endsAConnectionThatOpensAndResetsStreams() throws IOException {
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            for (int stream = 1; stream < MANY; stream += 2) {
                client.send(RawHttp2.HEADERS, 5, stream, client.get("/health/live"));
                client.send(RawHttp2.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
            }
            assertThat(goneBy(client)).isEqualTo(Http2Error.ENHANCE_YOUR_CALM.code());
        } catch (SocketException cut) {
            assertThat(cut).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
    }

    /** CVE-2024-27316 and its kin. */
    @Test
    void endsAConnectionWhoseHeadersGoOnInSmallPieces() throws IOException {
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            client.send(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, client.get("/health/live"));
            for (int i = 0; i < MANY; i++) {
                client.send(RawHttp2.CONTINUATION, 0, 1, new byte[0]);
            }
            assertThat(goneBy(client)).isEqualTo(Http2Error.ENHANCE_YOUR_CALM.code());
        } catch (SocketException cut) {
            assertThat(cut).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
    }

    @Test
    void refusesHeadersThatAreTooLargeAndCallsThatAreTooMany() throws IOException {
        gateway.service().on("/t/app/waits", (_, _) -> Mono.never());
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            byte[] block = client.get("/health/live", "a", LONG, "b", LONG, "c", LONG, "d", LONG);
            client.send(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, Arrays.copyOf(block, FRAME));
            for (int at = FRAME; at < block.length; at += FRAME) {
                client.send(
                        RawHttp2.CONTINUATION,
                        at + FRAME < block.length ? 0 : RawHttp2.END_HEADERS,
                        1,
                        Arrays.copyOfRange(block, at, Math.min(block.length, at + FRAME)));
            }
            assertThat(client.headers(client.next()).status()).hasToString("431");

            for (int i = 0; i <= 128; i++) {
                client.send(
                        RawHttp2.HEADERS, 5, 3 + 2 * i, client.get("/t/app/waits", "authorization", "Bearer " + token));
            }
            Frame refused = client.next(frame -> frame.type() == RawHttp2.RST_STREAM && frame.stream() > 1);
            assertThat(refused.number(0)).isEqualTo(Http2Error.REFUSED_STREAM.code());
        }
    }

    private void call(RawHttp2 client, int stream, String method) throws IOException {
        client.send(
                RawHttp2.HEADERS,
                RawHttp2.END_HEADERS,
                stream,
                client.fields(
                        "POST",
                        "/t/rpc/echo.Echo/" + method,
                        "content-type",
                        "application/grpc",
                        "te",
                        "trailers",
                        "authorization",
                        "Bearer " + token));
    }

    /** Calls of other tests may still arrive. */
    private TestingService.Received received(String start) {
        TestingService.Received received = gateway.service().next();
        while (!received.uri().startsWith(start)) {
            received = gateway.service().next();
        }
        return received;
    }

    /** The error that the gateway names when it ends the connection. */
    private static long goneBy(RawHttp2 client) throws IOException {
        try {
            return client.next(frame -> frame.type() == RawHttp2.GOAWAY).number(4);
        } catch (EOFException e) {
            throw new AssertionError("The connection ended without a word", e);
        }
    }

    private static Frame data(RawHttp2 client) throws IOException {
        return client.next(frame -> frame.type() == RawHttp2.DATA && frame.payload().length > 0);
    }

    private static String body(RawHttp2 client) throws IOException {
        StringBuilder body = new StringBuilder();
        Frame frame;
        do {
            frame = client.next();
            body.append(text(frame));
        } while (!frame.endsStream());
        return body.toString();
    }

    private static String text(Frame frame) {
        return new String(frame.payload(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
