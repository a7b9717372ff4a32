package dev.culvert.gateway.routing;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.gateway.protocol.RawHttp2;
import dev.culvert.testing.DoubtfulRequests;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that mean harm: credentials in the clear, requests hidden in requests, requests that never end (S3.12, floods). */
class AttacksIT {
    private static final int CASES = 400;
    private static final int AT_ONCE = 64;

    private static TestingService service;
    private static StrictService strict;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        service = TestingService.start();
        strict = new StrictService();
        gateway = TestingGateway.start(
                service,
                "TUNNEL_DATA_URL",
                strict.uri(),
                "TRUSTED_PROXIES",
                "127.0.0.1",
                "culvert.gateway.routing.request.head-time",
                "500ms",
                "culvert.gateway.routing.request.body-pause",
                "500ms");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        service.close();
        strict.close();
    }

    @BeforeEach
    void forget() {
        service.forget();
    }

    /** R2.10. */
    @Test
    void refusesCredentialsInTheClear() {
        HttpResponse<String> plain = send(login("http"));
        HttpResponse<String> secure = send(login("https"));
        HttpResponse<String> elsewhere =
                send(gateway.signedIn("/api/v1/tunnels").header("X-Forwarded-Proto", "http"));

        assertProblem(plain, ProblemCode.FORBIDDEN);
        assertThat(plain.body()).contains("HTTPS_REQUIRED");
        assertThat(secure.statusCode()).isEqualTo(200);
        assertThat(elsewhere.statusCode()).isEqualTo(200);
        assertThat(service.waiting()).hasSize(2);
    }

    /** R2.10: for local work, and for those whom only the client itself tells about. */
    @Test
    void doesNotMindWhereItIsSwitchedOffOrNobodyTrustedSaysSo() {
        try (TestingGateway local = TestingGateway.start(
                service, "TRUSTED_PROXIES", "127.0.0.1", "culvert.gateway.routing.https-required", "false")) {
            assertThat(send(post(local.anonymous("/api/v1/auth/login"), "application/json", "{}")
                                    .header("X-Forwarded-Proto", "http"))
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(send(post(TestingGateway.shared().anonymous("/api/v1/auth/login"), "application/json", "{}")
                                .header("X-Forwarded-Proto", "http"))
                        .statusCode())
                .isEqualTo(200);
    }

    private static HttpRequest.Builder login(String scheme) {
        return post(gateway.anonymous("/api/v1/auth/login"), "application/json", "{}")
                .header("X-Forwarded-Proto", scheme);
    }

    /** RFC 9112 §11.2: whatever leaves open where a request ends is refused, and nothing hidden in it arrives. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nContent-Length: 40",
                "Content-Length: 4, 40",
                "Content-Length: +4",
                "Content-Length: -1",
                "Content-Length: 0x4",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 4",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: \u000bchunked",
                "X: y\rContent-Length: 4",
                "X\u0000: y\r\nContent-Length: 4"
            })
    void letsNoRequestHideInAnother(String framing) throws IOException {
        String hidden = "GET /api/v1/admin/hidden HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token() + "\r\n\r\n";
        String answer = raw("POST /api/v1/tunnels HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token()
                + "\r\nContent-Type: application/json\r\n" + framing + "\r\n\r\n0\r\n\r\n" + hidden);

        assertThat(service.waiting()).noneMatch(request -> request.uri().contains("hidden"));
        if (!service.waiting().isEmpty()) {
            assertThat(service.waiting()).hasSize(1);
            assertThat(service.next().headers().get("Content-Length")).isNull();
        } else {
            assertThat(answer).startsWith("HTTP/1.1 4");
        }
    }

    /** Fault 19 of tunnels: hundreds of requests of doubtful length, made up anew, before a service that forgives nothing. */
    @Test
    void agreesWithTheServiceOnWhereEachRequestEnds() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String credential = "Authorization: Bearer " + TestingIssuer.shared().token(TestCallers.superAdmin());
        int before = strict.taken();

        try (ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 0; i < CASES; i++) {
                String text = DoubtfulRequests.any(random, "/t/box/take", credential, "/t/box/hidden");
                callers.execute(() -> sendAndForget(text));
            }
        }

        assertThat(strict.odd()).as("seed %d", seed).isEmpty();
        assertThat(strict.taken()).as("seed %d", seed).isGreaterThan(before + CASES / 100);
    }

    /** Fault 19 of tunnels: what HTTP/2 can carry in a field and HTTP/1.1 cannot. */
    @Test
    void putsNothingOfHttp2WhereHttp1WouldReadAnotherRequest() throws IOException {
        String credential = "Bearer " + TestingIssuer.shared().token(TestCallers.superAdmin());
        int before = strict.taken();

        List<String> failed = new ArrayList<>();
        for (List<String> fields : DoubtfulHttp2.all(credential)) {
            String answer = answerTo(fields);
            List<String> odd = strict.odd();
            if (!odd.isEmpty()) {
                failed.add(fields.toString().replace(credential, "") + " was answered " + answer + ", " + odd);
            }
        }

        assertThat(failed).isEmpty();
        assertThat(strict.taken()).isGreaterThan(before);
    }

    /** The status, or what else came instead of an answer. */
    private static String answerTo(List<String> fields) throws IOException {
        try (RawHttp2 client = new RawHttp2(gateway.port())) {
            client.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, client.unchecked(fields));
            client.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, DoubtfulHttp2.BODY.getBytes(StandardCharsets.US_ASCII));
            RawHttp2.Frame first = client.next();
            return first.type() == RawHttp2.HEADERS
                    ? client.headers(first).status().toString()
                    : "ended";
        } catch (EOFException | SocketException e) {
            return "ended";
        }
    }

    /** Some get no answer, since more of their body is to come. */
    private static void sendAndForget(String text) {
        try {
            raw(text);
        } catch (IOException e) {
            // Nothing more is said to a caller like that.
        }
    }

    @Test
    void givesUpOnHeadersThatDoNotEnd() throws IOException {
        String answer = raw("GET /api/v1/tunnels HTTP/1.1\r\nHost: x\r\nX-Slow");

        assertThat(answer).startsWith("HTTP/1.1 408").contains("application/problem+json", "REQUEST_TIMEOUT_CLIENT");
    }

    @Test
    void givesUpOnABodyThatStopsComing() throws IOException {
        String answer = raw("POST /api/v1/tunnels HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token()
                + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");

        assertThat(answer).startsWith("HTTP/1.1 408").contains("REQUEST_TIMEOUT_CLIENT");
    }

    /** A pause between two requests on a kept connection is nobody's fault. */
    @Test
    void doesNotMindAPauseBetweenRequests() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(5_000);
            byte[] request = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            byte[] start = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 2; i++) {
                socket.getOutputStream().write(request);
                assertThat(socket.getInputStream().readNBytes(start.length)).isEqualTo(start);
                await().pollDelay(Duration.ofMillis(800)).until(() -> true);
                socket.getInputStream().skipNBytes(socket.getInputStream().available());
            }
        }
    }

    private static String token() {
        return TestingIssuer.shared().token(TestCallers.user());
    }

    /** Byte for byte. */
    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(1_500);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(answer);
            } catch (SocketException | SocketTimeoutException over) {
                // What was said has arrived; a connection kept open says no more.
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }
}
