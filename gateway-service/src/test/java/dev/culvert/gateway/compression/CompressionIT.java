package dev.culvert.gateway.compression;

import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.gateway.TestingGateway;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Requirements R1.7, S4.37, P2.13.5. */
class CompressionIT {
    private static final String LARGE = "{\"items\":[" + "\"the same again\",".repeat(500) + "0]}";
    private static final TestingGateway gateway = TestingGateway.shared();

    @BeforeAll
    static void answer() {
        gateway.service()
                .on("/api/v1/users/large", 200, LARGE)
                .on("/api/v1/auth/large", 200, LARGE)
                .on("/t/app/large", 200, LARGE)
                .on(
                        "/api/v1/users/tiny",
                        (_, response) -> response.header("Content-Type", "application/json")
                                .header("Content-Length", "2")
                                .sendString(Mono.just("{}")));
    }

    @BeforeEach
    void forget() {
        gateway.service().forget();
    }

    @Test
    void compressesALargeAnswerAsTheClientWishes() throws IOException {
        HttpResponse<byte[]> gzip = get("/api/v1/users/large", "gzip, deflate, br");
        HttpResponse<byte[]> deflate = get("/api/v1/users/large", "gzip;q=0.2, deflate");
        HttpResponse<byte[]> plain = get("/api/v1/users/large", "identity");

        assertThat(gzip.headers().allValues("Content-Encoding")).containsExactly("gzip");
        assertThat(gzip.body().length).isLessThan(LARGE.length() / 10);
        assertThat(text(new GZIPInputStream(new ByteArrayInputStream(gzip.body()))))
                .isEqualTo(LARGE);
        assertThat(deflate.headers().allValues("Content-Encoding")).containsExactly("deflate");
        assertThat(text(new InflaterInputStream(new ByteArrayInputStream(deflate.body()))))
                .isEqualTo(LARGE);
        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(new String(plain.body(), StandardCharsets.UTF_8)).isEqualTo(LARGE);
        assertThat(send(gateway.signedIn("/api/v1/users/large")).body())
                .as("nothing asked")
                .isEqualTo(LARGE);
        for (HttpResponse<byte[]> each : List.of(gzip, deflate, plain)) {
            assertThat(each.headers().allValues("Vary")).contains("Accept-Encoding");
        }
    }

    @Test
    void leavesSmallAndPackedContentAlone() {
        gateway.service()
                .on(
                        "/api/v1/users/picture",
                        (_, response) ->
                                response.header("Content-Type", "image/png").sendByteArray(Mono.just(new byte[4096])))
                .on(
                        "/api/v1/users/packed",
                        (_, response) -> response.header("Content-Type", "application/json")
                                .header("Content-Encoding", "br")
                                .sendString(Mono.just(LARGE)))
                .on(
                        "/api/v1/users/fixed",
                        (_, response) -> response.header("Content-Type", "application/json")
                                .header("Cache-Control", "public, no-transform")
                                .sendString(Mono.just(LARGE)));

        assertThat(encoding("/api/v1/users/tiny")).isEmpty();
        assertThat(encoding("/api/v1/users/picture")).isEmpty();
        assertThat(encoding("/api/v1/users/packed")).containsExactly("br");
        assertThat(encoding("/api/v1/users/fixed")).isEmpty();
    }

    /** A secret next to what the sender chose would give itself away by the length. */
    @Test
    void leavesAnswersWithSecretsAndDataRoutesAlone() {
        assertThat(encoding("/api/v1/auth/large")).isEmpty();
        assertThat(encoding("/t/app/large")).isEmpty();
        get("/t/app/large", "gzip");
        gateway.service().next();
        gateway.service().next();
        assertThat(gateway.service().next().headers().get("Accept-Encoding"))
                .as("the application behind may compress itself")
                .containsExactly("gzip");
    }

    @Test
    void weakensTheValidatorOfACompressedAnswerAndUnderstandsItWhenItComesBack() {
        gateway.service()
                .on(
                        "/api/v1/users/tagged",
                        (_, response) -> response.header("Content-Type", "application/json")
                                .header("ETag", "\"7\"")
                                .sendString(Mono.just(LARGE)));

        HttpResponse<byte[]> compressed = get("/api/v1/users/tagged", "gzip");
        HttpResponse<byte[]> plain = get("/api/v1/users/tagged", "identity");
        gateway.service().forget();
        send(gateway.signedIn("/api/v1/users/tagged")
                .header("If-Match", compressed.headers().firstValue("ETag").orElseThrow())
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{}")));

        assertThat(compressed.headers().allValues("ETag")).containsExactly("W/\"7\"");
        assertThat(plain.headers().allValues("ETag")).containsExactly("\"7\"");
        assertThat(gateway.service().next().headers().get("If-Match")).containsExactly("\"7\"");
    }

    @Test
    void answersHeadAsItWouldAnswerGet() {
        gateway.service()
                .on(
                        "/api/v1/users/head",
                        (request, response) -> response.header("Content-Type", "application/json")
                                .header("Content-Length", Integer.toString(LARGE.length()))
                                .sendString(request.method().name().equals("HEAD") ? Mono.empty() : Mono.just(LARGE)));

        HttpRequest.Builder head = gateway.signedIn("/api/v1/users/head")
                .method("HEAD", BodyPublishers.noBody())
                .header("Accept-Encoding", "gzip");
        HttpResponse<String> answer = send(head);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().allValues("Content-Encoding")).containsExactly("gzip");
        assertThat(answer.headers().allValues("Content-Length")).doesNotContain(Integer.toString(LARGE.length()));
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void compressesItsOwnPagesAndKeepsRefusalsReadable() throws IOException {
        HttpResponse<byte[]> page =
                send(gateway.anonymous("/docs/problems").header("Accept-Encoding", "gzip"), BodyHandlers.ofByteArray());
        HttpResponse<String> refusal = send(gateway.anonymous("/api/v1/tunnels").header("Accept-Encoding", "gzip"));

        assertThat(text(new GZIPInputStream(new ByteArrayInputStream(page.body()))))
                .contains("Problem codes");
        assertThat(refusal.statusCode()).isEqualTo(401);
        if (refusal.headers().firstValue("Content-Encoding").isEmpty()) {
            assertThat(refusal.body()).contains("AUTH_TOKEN_MISSING");
        }
    }

    /** Type and behaviour: events pass as they are, a growing document is compressed but held back by nothing. */
    @ParameterizedTest
    @CsvSource({"text/event-stream, false", "application/x-ndjson, false", "application/json, true"})
    void delaysNoChunkOfAStream(String contentType, boolean compressed) throws IOException {
        Sinks.Many<String> chunks = Sinks.many().unicast().onBackpressureBuffer();
        gateway.service()
                .on(
                        "/api/v1/users/stream",
                        (_, response) -> response.header("Content-Type", contentType)
                                .sendHeaders()
                                .send(
                                        chunks.asFlux()
                                                .map(chunk -> Unpooled.copiedBuffer(chunk, StandardCharsets.UTF_8)),
                                        _ -> true));

        HttpResponse<InputStream> answer = send(
                gateway.signedIn("/api/v1/users/stream").header("Accept-Encoding", "gzip"),
                BodyHandlers.ofInputStream());

        assertThat(answer.headers().firstValue("Content-Encoding").isPresent()).isEqualTo(compressed);
        try (InputStream raw = answer.body()) {
            chunks.tryEmitNext("chunk 0\n").orThrow();
            InputStream body = compressed ? new GZIPInputStream(raw) : raw;
            for (int i = 0; i < 4; i++) {
                String expected = "chunk " + i + "\n";
                assertThat(new String(body.readNBytes(expected.length()), StandardCharsets.UTF_8))
                        .isEqualTo(expected);
                chunks.tryEmitNext("chunk " + (i + 1) + "\n").orThrow();
            }
            chunks.tryEmitComplete().orThrow();
            assertThat(text(body)).isEqualTo("chunk 4\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void leavesAnswersWithoutBodyAlone(int status) {
        gateway.service()
                .on(
                        "/api/v1/users/empty",
                        (_, response) -> response.status(status)
                                .header("Content-Type", "application/json")
                                .header("ETag", "\"7\"")
                                .send());

        HttpResponse<byte[]> answer = get("/api/v1/users/empty", "gzip");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void acceptsBodiesAndCompressesTheAnswerToThem() throws IOException {
        gateway.service().on("/api/v1/users/search", 200, LARGE);

        HttpResponse<byte[]> answer = send(
                post(gateway.signedIn("/api/v1/users/search"), "application/json", "{}")
                        .header("Accept-Encoding", "gzip"),
                BodyHandlers.ofByteArray());

        assertThat(text(new GZIPInputStream(new ByteArrayInputStream(answer.body()))))
                .isEqualTo(LARGE);
    }

    private static HttpResponse<byte[]> get(String path, String acceptEncoding) {
        return send(gateway.signedIn(path).header("Accept-Encoding", acceptEncoding), BodyHandlers.ofByteArray());
    }

    private static List<String> encoding(String path) {
        return get(path, "gzip").headers().allValues("Content-Encoding");
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
}
