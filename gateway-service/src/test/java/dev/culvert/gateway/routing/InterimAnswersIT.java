package dev.culvert.gateway.routing;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.protocol.RawHttp2;
import dev.culvert.gateway.protocol.RawHttp2.Frame;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;

/** Interim answers (RFC 9110 §15.2, RFC 8297) reach the client at once, and nobody takes one for the answer. */
class InterimAnswersIT {
    private static final String HINT = "103 Early Hints";

    private final TestingGateway gateway = TestingGateway.shared();
    private final String token = TestingIssuer.shared().token(TestCallers.superAdmin());
    private final Sinks.Empty<Void> answered = Sinks.empty();

    @AfterEach
    void answer() {
        answered.tryEmitEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {HINT, "102 Processing"})
    void reachAClientOfHttp1BeforeTheAnswer(String interim) throws IOException {
        hintTwice("/t/page/hinted", interim);
        try (Client client = new Client()) {
            client.get("/t/page/hinted", "HTTP/1.1");

            for (int i = 0; i < 2; i++) {
                assertThat(client.head()).containsExactly("HTTP/1.1 " + interim, "Link: </style.css>; rel=preload");
            }
            answer();
            List<String> last = client.head();

            assertThat(last.getFirst()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(last).noneMatch(line -> line.startsWith("Link"));
            client.body();

            client.get("/t/page/hinted", "HTTP/1.1");
            assertThat(client.head().getFirst()).as("the next call").isEqualTo("HTTP/1.1 " + interim);
        }
    }

    @Test
    void reachAClientOfHttp2BeforeTheAnswer() throws IOException {
        hintTwice("/t/page/hinted2", HINT);
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            client.send(RawHttp2.HEADERS, 5, 1, client.get("/t/page/hinted2", "authorization", "Bearer " + token));

            for (int i = 0; i < 2; i++) {
                Frame frame = client.next();
                Http2Headers hint = client.headers(frame);
                assertThat(hint.status()).hasToString("103");
                assertThat(hint.get("link")).hasToString("</style.css>; rel=preload");
                assertThat(hint).hasSize(2);
                assertThat(frame.endsStream()).isFalse();
            }
            answer();

            assertThat(client.headers(client.next()).status()).hasToString("200");
        }
    }

    @Test
    void passBetweenClientAndServiceOfGrpc() throws IOException {
        gateway.service()
                .on(
                        "/t/rpc/hinted.Hinted/Unary",
                        (_, response) -> response.withConnection(connection -> hintInHttp2(connection))
                                .header("content-type", "application/grpc")
                                .sendString(Mono.just("message")));
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            String[] fields = {"authorization", "Bearer " + token, "content-type", "application/grpc", "te", "trailers"
            };
            client.send(RawHttp2.HEADERS, 5, 1, client.fields("POST", "/t/rpc/hinted.Hinted/Unary", fields));

            assertThat(client.headers(client.next()).status()).hasToString("103");
            assertThat(client.headers(client.next()).status()).hasToString("200");
        }
    }

    @Test
    void stayAwayFromAClientOfHttp10() throws IOException {
        hintTwice("/t/page/old", HINT);
        answer();
        try (Client client = new Client()) {
            client.get("/t/page/old", "HTTP/1.0");

            assertThat(client.head().getFirst()).endsWith("200 OK");
        }
    }

    /** The first one asks the service; the second joins that call, the third is answered from what is kept. */
    @Test
    void areNeitherSharedNorKept() throws IOException {
        String path = "/oauth2/jwks/" + UUID.randomUUID();
        hintTwice(path, HINT);
        try (Client first = new Client()) {
            first.getAnonymously(path);
            first.head();
            first.head();
            CompletableFuture<HttpResponse<String>> second =
                    CompletableFuture.supplyAsync(() -> send(gateway.anonymous(path)), Thread::startVirtualThread);
            answer();
            assertThat(first.head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(second.join().statusCode()).isEqualTo(200);
            assertThat(second.join().headers().firstValue("Link")).isEmpty();
        }
        try (Client third = new Client()) {
            third.getAnonymously(path);

            List<String> head = third.head();

            assertThat(head.getFirst()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(head).anyMatch(line -> line.startsWith("Cache-Status: Culvert; hit"));
            assertThat(head).noneMatch(line -> line.startsWith("Link"));
        }
    }

    @Test
    void areNoAnswerToAHandshake() throws IOException {
        gateway.service()
                .on(
                        "/t/page/talk",
                        (_, response) -> response.status(403)
                                .withConnection(connection -> hintTwice(HINT, connection))
                                .sendString(Mono.just("not here")));
        try (Client client = new Client()) {
            client.send("GET /t/page/talk HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket");

            assertThat(client.head().getFirst()).isEqualTo("HTTP/1.1 403 Forbidden");
        }
    }

    private void hintTwice(String path, String interim) {
        gateway.service()
                .on(
                        path,
                        (_, response) -> response.withConnection(connection -> hintTwice(interim, connection))
                                .header("Cache-Control", "max-age=60")
                                .sendString(answered.asMono().thenReturn("at last")));
    }

    /** Past the codec, which would take it for the answer itself. */
    private static void hintTwice(String interim, Connection connection) {
        String answer = "HTTP/1.1 " + interim
                + "\r\nLink: </style.css>; rel=preload\r\nConnection: x-hop\r\nX-Hop: 1\r\nCulvert-Secret: x\r\n\r\n";
        var _ = connection
                .channel()
                .pipeline()
                .context(HttpServerCodec.class)
                .writeAndFlush(Unpooled.copiedBuffer(answer + answer, StandardCharsets.UTF_8));
    }

    private static void hintInHttp2(Connection connection) {
        var _ = connection
                .channel()
                .pipeline()
                .context(NettyPipeline.H2ToHttp11Codec)
                .writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("103")));
    }

    /** A client that shows every head it is sent. */
    private final class Client implements AutoCloseable {
        private final Socket socket = new Socket("127.0.0.1", gateway.port());
        private final BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));

        Client() throws IOException {
            socket.setSoTimeout(10_000);
        }

        void get(String path, String version) throws IOException {
            send("GET " + path + ' ' + version);
        }

        void send(String... head) throws IOException {
            write(String.join("\r\n", head) + "\r\nHost: gateway.example\r\nAuthorization: Bearer " + token);
        }

        void getAnonymously(String path) throws IOException {
            write("GET " + path + " HTTP/1.1\r\nHost: gateway.example");
        }

        private void write(String head) throws IOException {
            socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        }

        List<String> head() throws IOException {
            List<String> lines = new ArrayList<>();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                lines.add(line);
            }
            return lines;
        }

        /** What {@link #hintTwice} answers at last. */
        void body() throws IOException {
            for (char expected : "at last".toCharArray()) {
                assertThat(in.read()).isEqualTo(expected);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
