package dev.culvert.proxy.ingress;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.proxy.RunningProxyService;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.testing.TestingOrigin.Request;
import dev.culvert.testing.TestingPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Requests through the data port, with real servers as targets: R4.1d for the proxy's hop, X-20 for the order of targets. */
class ForwardingIT extends RunningProxyService {
    private final TestCallers caller = TestCallers.user();
    private final HttpClient client = HttpClient.newHttpClient();
    private final TestingOrigin origin = TestingOrigin.start();
    private final String first = "first-" + UUID.randomUUID();
    private final String second = "second-" + UUID.randomUUID();

    @Autowired
    private IngressServer server;

    @AfterEach
    void closeOrigin() {
        origin.close();
        client.close();
    }

    // ---- helpers

    private String tunnel(String name, int priority) {
        return "{\"type\": \"tunnel\", \"tunnel\": \"%s\", \"priority\": %d}".formatted(name, priority);
    }

    private String url(Object url, int priority) {
        return "{\"type\": \"url\", \"url\": \"%s\", \"priority\": %d}".formatted(url, priority);
    }

    private String createProxy(String... targets) {
        HttpResponse<String> response = as(caller)
                .post("/api/v1/proxies", "{\"name\": \"chat\", \"targets\": [" + String.join(",", targets) + "]}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return "/api/v1/proxies/" + json(response).path("id").asString();
    }

    private HttpRequest.Builder request(String path) {
        return request(path, TestingIssuer.shared().token(caller));
    }

    private HttpRequest.Builder request(String path, String token) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .header(HeaderNames.CALLER_TOKEN, token);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static void answerBusy(String tunnel, int status) {
        TUNNELS.on("/t/" + tunnel + "/hi", exchange -> {
            exchange.bodyText();
            exchange.respond(status, "application/problem+json", "{}");
        });
    }

    private static List<Request> requestsTo(String tunnel) {
        return TUNNELS.requests().stream()
                .filter(request -> request.path().startsWith("/t/" + tunnel + "/"))
                .toList();
    }

    private static URI closedPort() {
        try (TestingOrigin gone = TestingOrigin.start()) {
            return gone.uri("");
        }
    }

    // ---- one target

    @Test
    void carriesARequestToATunnelAndItsAnswerBack() throws Exception {
        createProxy(tunnel(first, 0));
        TUNNELS.on(
                "/t/" + first + "/v1/echo",
                exchange -> exchange.respond(
                        201,
                        Map.of(
                                "Content-Type",
                                "text/plain",
                                "X-Answer",
                                "yes",
                                "Culvert-Secret",
                                "no",
                                "Connection",
                                "X-Hop",
                                "X-Hop",
                                "no"),
                        exchange.bodyText().getBytes(StandardCharsets.UTF_8)));

        HttpResponse<String> answer = send(request("/p/chat/v1/echo?a=b%20c")
                .header("Authorization", "Basic for-the-service-behind")
                .header("X-Correlation-ID", "test-1")
                .header("TE", "trailers")
                .POST(HttpRequest.BodyPublishers.ofString("hello")));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.headers().firstValue("X-Answer")).contains("yes");
        assertThat(answer.headers().firstValue("X-Correlation-ID")).contains("test-1");
        assertThat(answer.headers().map()).doesNotContainKeys("Culvert-Secret", "X-Hop");
        Request seen = requestsTo(first).getFirst();
        assertThat(seen.target()).isEqualTo("/t/" + first + "/v1/echo?a=b%20c");
        assertThat(seen.header("culvert-caller-token")).isNotEmpty();
        assertThat(seen.header("authorization")).isEqualTo("Basic for-the-service-behind");
        assertThat(seen.header("x-correlation-id")).isEqualTo("test-1");
        assertThat(seen.headers()).doesNotContainKey("te");
    }

    /** R4.1d: credentials and internal headers of the suite stay inside. */
    @Test
    void tellsAnAddressOutsideNothingInternal() throws Exception {
        createProxy(url(origin.uri("/base"), 0));
        origin.on("/base/v1/models", exchange -> exchange.respond(200, "text/plain", "ok"));

        HttpResponse<String> answer = send(request("/p/chat/v1/models").header("Culvert-Anything", "internal"));

        assertThat(answer.body()).isEqualTo("ok");
        Request seen = origin.requests().getFirst();
        assertThat(seen.headers().keySet()).noneMatch(name -> name.startsWith("culvert-"));
        assertThat(seen.header("host")).isEqualTo("127.0.0.1:" + origin.port());
    }

    @Test
    void passesOnWhateverAnAddressAnswers() throws Exception {
        createProxy(url(origin.uri(""), 0));
        origin.on(
                "/redirect",
                exchange -> exchange.respond(302, Map.of("Location", "http://169.254.169.254/"), new byte[0]));
        origin.on("/broken", exchange -> exchange.respond(503, "text/plain", "mine"));
        origin.on("/nothing", exchange -> exchange.respond(304, Map.of("ETag", "\"1\""), new byte[0]));

        assertThat(send(request("/p/chat/redirect")).statusCode()).isEqualTo(302);
        HttpResponse<String> broken = send(request("/p/chat/broken"));
        assertThat(broken.statusCode()).isEqualTo(503);
        assertThat(broken.body()).isEqualTo("mine");
        assertThat(send(request("/p/chat/nothing")).statusCode()).isEqualTo(304);
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        createProxy(url(origin.uri(""), 0));
        origin.on("/", exchange -> exchange.respond(200, "text/plain", "seven.."));

        HttpResponse<String> answer = send(request("/p/chat").method("HEAD", HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Length")).contains("7");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void deliversEachChunkWhenItIsWritten() throws Exception {
        createProxy(tunnel(first, 0));
        CountDownLatch firstWasRead = new CountDownLatch(1);
        TUNNELS.on("/t/" + first + "/stream", exchange -> {
            try (var answer = exchange.stream(200, "text/event-stream")) {
                answer.send("one\n");
                assertThat(firstWasRead.await(30, TimeUnit.SECONDS)).isTrue();
                answer.send("two\n");
            }
        });

        HttpResponse<InputStream> answer =
                client.send(request("/p/chat/stream").build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            assertThat(new String(body.readNBytes(4), StandardCharsets.UTF_8)).isEqualTo("one\n");
            firstWasRead.countDown();
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("two\n");
        }
    }

    @Test
    void carriesALargeBodyIntact() throws Exception {
        createProxy(tunnel(first, 0));
        TUNNELS.on("/t/" + first + "/upload", exchange -> {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(exchange.body(), digest).transferTo(java.io.OutputStream.nullOutputStream());
            exchange.respond(200, "text/plain", HexFormat.of().formatHex(digest.digest()));
        });
        byte[] body = new byte[20 << 20];
        new Random(7).nextBytes(body);

        HttpResponse<String> answer =
                send(request("/p/chat/upload").POST(HttpRequest.BodyPublishers.ofByteArray(body)));

        assertThat(answer.body())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(body)));
    }

    @Test
    void closesTheTargetsConnectionWhenTheCallerLeaves() throws Exception {
        createProxy(tunnel(first, 0));
        CompletableFuture<Boolean> gone = new CompletableFuture<>();
        TUNNELS.on("/t/" + first + "/stream", exchange -> {
            var answer = exchange.stream(200, "text/event-stream");
            answer.send("one\n");
            gone.complete(exchange.awaitClientGone(Duration.ofSeconds(10)));
        });

        HttpClient leaving = HttpClient.newHttpClient();
        InputStream body = leaving.send(request("/p/chat/stream").build(), HttpResponse.BodyHandlers.ofInputStream())
                .body();
        body.readNBytes(4);
        body.close();
        leaving.shutdownNow();

        assertThat(gone.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void givesUpATargetThatIsSilentForTooLong() throws Exception {
        createProxy(tunnel(first, 0));
        CountDownLatch done = new CountDownLatch(1);
        TUNNELS.on("/t/" + first + "/hi", exchange -> {
            done.await(20, TimeUnit.SECONDS);
            exchange.abort();
        });

        HttpResponse<String> answer = post("/p/chat/hi", "{}");
        done.countDown();

        ProblemAssert.assertThat(answer).isProblem(ProblemCode.REQUEST_TIMEOUT);
    }

    // ---- several targets

    /** the higher number is first. */
    @Test
    void triesTheHigherPriorityFirst() throws Exception {
        createProxy(tunnel(second, 1), tunnel(first, 2));
        TUNNELS.on("/t/" + first + "/hi", exchange -> exchange.respond(200, "text/plain", "first"));
        TUNNELS.on("/t/" + second + "/hi", exchange -> exchange.respond(200, "text/plain", "second"));

        assertThat(send(request("/p/chat/hi")).body()).isEqualTo("first");
        assertThat(requestsTo(second)).isEmpty();
    }

    @Test
    void goesOnWithTheSameBodyWhenATunnelHasNoAgent() throws Exception {
        createProxy(tunnel(first, 2), tunnel(second, 1));
        answerBusy(first, 503);
        TUNNELS.on("/t/" + second + "/hi", exchange -> exchange.respond(200, "text/plain", exchange.bodyText()));
        String body = "b".repeat(60_000);

        assertThat(post("/p/chat/hi", body).body()).isEqualTo(body);
        assertThat(post("/p/chat/hi", body).body()).isEqualTo(body);

        assertThat(requestsTo(first))
                .as("the failed target is passed over for a while")
                .hasSize(1);
        await().until(() -> {
            post("/p/chat/hi", body);
            return requestsTo(first).size() == 2;
        });
    }

    @Test
    void goesOnWhenATargetCannotBeReached() throws Exception {
        createProxy(url(closedPort(), 2), url(origin.uri(""), 1));
        origin.on("/hi", exchange -> exchange.respond(200, "text/plain", exchange.bodyText()));

        assertThat(post("/p/chat/hi", "hello").body()).isEqualTo("hello");
    }

    @Test
    void goesOnForAnUploadOfAnySizeWhenNothingWasTaken() throws Exception {
        createProxy(url(closedPort(), 2), url(origin.uri(""), 1));
        origin.on(
                "/hi",
                exchange -> exchange.respond(
                        200,
                        "text/plain",
                        Long.toString(exchange.body().transferTo(java.io.OutputStream.nullOutputStream()))));

        HttpResponse<String> answer =
                send(request("/p/chat/hi").POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5 << 20])));

        assertThat(answer.body()).isEqualTo(Integer.toString(5 << 20));
    }

    @Test
    void doesNotSendHalfABodyToTheNextTarget() throws Exception {
        createProxy(tunnel(first, 2), tunnel(second, 1));
        TUNNELS.on("/t/" + first + "/hi", exchange -> {
            exchange.body().readNBytes(1 << 20);
            exchange.respond(503, "application/problem+json", "{}");
        });
        TUNNELS.on(
                "/t/" + second + "/hi",
                exchange -> exchange.respond(
                        200,
                        "text/plain",
                        Long.toString(exchange.body().transferTo(java.io.OutputStream.nullOutputStream()))));
        HttpRequest.Builder upload =
                request("/p/chat/hi").POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5 << 20]));

        HttpResponse<String> answer = send(upload);

        ProblemAssert.assertThat(answer).isProblem(ProblemCode.SERVICE_UNAVAILABLE);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(requestsTo(second)).isEmpty();
        assertThat(send(upload).body()).as("sent again").isEqualTo(Integer.toString(5 << 20));
    }

    @Test
    void repeatsOnlyWhatMayBeRepeated() throws Exception {
        createProxy(url(origin.uri("/a"), 2), url(origin.uri("/b"), 1));
        origin.on("/a/hi", exchange -> {
            exchange.bodyText();
            exchange.abort();
        });
        origin.on("/b/hi", exchange -> exchange.respond(200, "text/plain", "b"));

        ProblemAssert.assertThat(post("/p/chat/hi", "pay")).isProblem(ProblemCode.UPSTREAM_ERROR);
        assertThat(origin.requests()).extracting(Request::path).containsExactly("/a/hi");

        assertThat(send(request("/p/chat/hi")).body()).isEqualTo("b");
    }

    @Test
    void cutsTheCallerOffWhenATargetFailsInTheMiddleOfItsAnswer() throws Exception {
        createProxy(tunnel(first, 2), tunnel(second, 1));
        TUNNELS.on("/t/" + first + "/hi", exchange -> {
            exchange.stream(200, "text/plain").send("half");
            exchange.abort();
        });

        HttpResponse<InputStream> answer =
                client.send(request("/p/chat/hi").build(), HttpResponse.BodyHandlers.ofInputStream());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> answer.body().readAllBytes()).isInstanceOf(IOException.class);
        assertThat(requestsTo(second)).isEmpty();
    }

    @Test
    void saysSoWhenNoTargetTakesTheRequest() throws Exception {
        String proxy = createProxy(tunnel(first, 2), url(closedPort(), 1));
        answerBusy(first, 502);

        HttpResponse<String> answer = post("/p/chat/hi", "{}");

        ProblemAssert.assertThat(answer).isProblem(ProblemCode.NO_HEALTHY_TARGET);
        assertThat(json(answer).path("detail").asString()).contains("answered 502", "could not be reached");
        assertThat(json(as(caller).get(proxy + "/status")).path("status").asString())
                .isEqualTo("error");
        await().until(
                        () -> json(as(caller).get(proxy + "/status"))
                                .path("status")
                                .asString(),
                        "running"::equals);
    }

    /** The guard on outgoing connections: link-local, private and unspecified addresses, however they are written. */
    @ParameterizedTest
    @ValueSource(
            strings = {"http://169.254.169.254/latest", "http://10.0.0.1", "http://[::ffff:10.0.0.1]", "http://0.0.0.0"
            })
    void neverConnectsToSpecialAddresses(String special) throws Exception {
        String proxy = createProxy(url(origin.uri(""), 1));
        // As if it had become a target before the guard was there.
        TestingPostgres.shared()
                .execute("UPDATE proxy.proxy_targets SET url = '%s' WHERE proxy_id = '%s'"
                        .formatted(special, proxy.substring(proxy.lastIndexOf('/') + 1)));

        HttpResponse<String> answer = send(request("/p/chat/hi"));

        ProblemAssert.assertThat(answer).isProblem(ProblemCode.NO_HEALTHY_TARGET);
        assertThat(origin.requests()).isEmpty();
    }

    // ---- who may

    @Test
    void seesAStopAtOnce() throws Exception {
        String proxy = createProxy(tunnel(first, 0));
        TUNNELS.on("/t/" + first + "/hi", exchange -> exchange.respond(200, "text/plain", "ok"));
        assertThat(send(request("/p/chat/hi")).statusCode()).isEqualTo(200);

        as(caller).post(proxy + "/stop", "");
        ProblemAssert.assertThat(send(request("/p/chat/hi"))).isProblem(ProblemCode.PROXY_STOPPED);

        as(caller).post(proxy + "/start", "");
        assertThat(send(request("/p/chat/hi")).statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> json(as(caller).get(proxy + "/status")).has("lastActivityAt"));
    }

    @Test
    void refusesWhoeverMayNotUseTheProxy() throws Exception {
        createProxy(tunnel(first, 0));
        TestingIssuer issuer = TestingIssuer.shared();

        ProblemAssert.assertThat(
                        send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/p/chat/"))))
                .isProblem(ProblemCode.AUTH_TOKEN_MISSING);
        ProblemAssert.assertThat(send(request("/p/chat/", issuer.withForeignKey(caller))))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        ProblemAssert.assertThat(send(request("/p/chat/", issuer.expired(caller))))
                .isProblem(ProblemCode.AUTH_TOKEN_EXPIRED);
        ProblemAssert.assertThat(send(request("/p/chat/", issuer.token(caller.withScopes(Scope.TUNNELS_USE)))))
                .isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(send(request("/p/chat/", issuer.token(caller.withScopes(Scope.PROXIES_USE)))))
                .isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(send(request("/p/chat/", issuer.token(TestCallers.user()))))
                .isProblem(ProblemCode.PROXY_001);
        ProblemAssert.assertThat(send(request("/p/unknown/"))).isProblem(ProblemCode.PROXY_001);
        ProblemAssert.assertThat(send(request("/elsewhere"))).isProblem(ProblemCode.NOT_FOUND);
        assertThat(requestsTo(first)).isEmpty();
    }

    @Test
    void letsColleaguesUseTheTenantsProxy() throws Exception {
        createProxy(tunnel(first, 0));
        TUNNELS.on("/t/" + first + "/hi", exchange -> exchange.respond(200, "text/plain", "ok"));
        TestCallers colleague = TestCallers.user().withTenantId(caller.tenantId());

        assertThat(send(request("/p/chat/hi", TestingIssuer.shared().token(colleague)))
                        .body())
                .isEqualTo("ok");
    }
}
