package dev.culvert.gateway.cache;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Requirements S4.35, S4.36, S4.68; each rule on an address of its own. */
class ResponseCacheIT {
    private static TestingService service;
    private static TestingGateway gateway;

    /** Below a route that is open and has no life of its own. */
    private final String path = "/oauth2/jwks/" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        service = TestingService.start();
        gateway = TestingGateway.start(
                service, "TRUSTED_PROXIES", "127.0.0.1", "culvert.gateway.cache.redis-budget", "2s");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.close();
    }

    @BeforeEach
    void forget() {
        service.forget();
    }

    @Test
    void answersTheSecondAnonymousCallItselfAndNeverOneWithACredential() {
        answer("Cache-Control", "max-age=60");

        HttpResponse<String> first = get();
        HttpResponse<String> second = get();
        HttpResponse<String> signedIn = send(gateway.signedIn(path));
        HttpResponse<String> withCookie = send(gateway.anonymous(path).header("Cookie", "a=b"));

        assertThat(first.headers().firstValue("Cache-Status")).hasValue("Culvert; fwd=uri-miss");
        assertThat(second.headers().firstValue("Cache-Status").orElseThrow()).matches("Culvert; hit; ttl=(5\\d|60)");
        assertThat(Integer.parseInt(second.headers().firstValue("Age").orElseThrow()))
                .isLessThan(60);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().allValues("X-Frame-Options")).containsExactly("DENY");
        for (HttpResponse<String> personal : List.of(signedIn, withCookie)) {
            assertThat(personal.statusCode()).isEqualTo(200);
            assertThat(personal.headers().firstValue("Cache-Status")).isEmpty();
        }
        assertThat(service.waiting()).hasSize(3);
    }

    /** S4.35: five minutes for paths that opted in, when the service says nothing. */
    @Test
    void keepsAnswersThatSayNothingOnListedPathsOnly() {
        String listed = "/.well-known/openid-configuration/" + UUID.randomUUID();
        answer();

        send(gateway.anonymous(listed));
        HttpResponse<String> second = send(gateway.anonymous(listed));
        get();
        get();

        assertThat(second.headers().firstValue("Cache-Status").orElseThrow()).matches("Culvert; hit; ttl=(29\\d|300)");
        assertThat(service.waiting()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-store, max-age=60", "private, max-age=60", "max-age=0"})
    void keepsNothingThatForbidsIt(String cacheControl) {
        answer("Cache-Control", cacheControl);

        get();
        get();

        assertThat(service.waiting()).hasSize(2);
    }

    @Test
    void keepsOneAnswerForEachVariant() {
        service.on(
                path,
                (request, response) -> response.header("Cache-Control", "max-age=60")
                        .header("Vary", "X-Flavour")
                        .sendString(Mono.just(
                                String.valueOf(request.requestHeaders().get("X-Flavour")))));

        for (String flavour : List.of("sweet", "sour", "sweet", "sour")) {
            assertThat(send(gateway.anonymous(path).header("X-Flavour", flavour))
                            .body())
                    .isEqualTo(flavour);
        }

        assertThat(service.waiting()).hasSize(2);
    }

    /** S4.68. */
    @Test
    void answersAClientThatHasTheAnswerAlreadyWithoutIt() {
        answer("Cache-Control", "max-age=60", "ETag", "\"7\"");

        for (int i = 0; i < 2; i++) {
            HttpResponse<String> known = send(gateway.anonymous(path).header("If-None-Match", "\"6\", W/\"7\""));
            assertThat(known.statusCode()).isEqualTo(304);
            assertThat(known.body()).isEmpty();
            assertThat(known.headers().firstValue("ETag")).hasValue("\"7\"");
            assertThat(known.headers().firstValue("Cache-Control")).hasValue("max-age=60");
        }
        assertThat(send(gateway.anonymous(path).header("If-None-Match", "\"6\""))
                        .statusCode())
                .isEqualTo(200);
        assertThat(service.waiting()).hasSize(1);
    }

    @Test
    void asksTheServiceWhetherWhatIsStaleStillHolds() {
        service.on(
                path,
                (request, response) -> "\"7\"".equals(request.requestHeaders().get("If-None-Match"))
                        ? response.status(304).header("ETag", "\"7\"").send()
                        : response.header("Cache-Control", "max-age=0")
                                .header("ETag", "\"7\"")
                                .sendString(Mono.just("long answer")));

        get();
        HttpResponse<String> second = get();

        assertThat(second.body()).isEqualTo("long answer");
        assertThat(second.headers().firstValue("Cache-Status").orElseThrow())
                .startsWith("Culvert; fwd=stale; fwd-status=304");
        assertThat(service.waiting()).hasSize(2);
    }

    @Test
    void obeysTheClientThatWantsItFresherOrFromHereAlone() {
        answer("Cache-Control", "max-age=60");

        assertProblem(
                send(gateway.anonymous(path).header("Cache-Control", "only-if-cached")), ProblemCode.REQUEST_TIMEOUT);
        get();
        assertThat(send(gateway.anonymous(path).header("Cache-Control", "only-if-cached"))
                        .statusCode())
                .isEqualTo(200);
        send(gateway.anonymous(path).header("Cache-Control", "no-cache"));
        send(gateway.anonymous(path).header("Cache-Control", "min-fresh=90"));
        send(gateway.anonymous(path).header("Cache-Control", "no-store"));

        assertThat(service.waiting()).hasSize(4);
    }

    @Test
    void givesWhatIsStaleWhenTheServiceFails() {
        try (TestingService failing = TestingService.start();
                TestingGateway own = TestingGateway.start(failing)) {
            failing.on(
                    path,
                    (_, response) -> response.header("Cache-Control", "max-age=0, stale-if-error=60")
                            .header("ETag", "\"1\"")
                            .sendString(Mono.just("kept")));
            send(own.anonymous(path));

            failing.on(path, 503, "{}");
            HttpResponse<String> refused = send(own.anonymous(path));
            failing.stop();
            HttpResponse<String> gone = send(own.anonymous(path));

            for (HttpResponse<String> answer : List.of(refused, gone)) {
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("kept");
                assertThat(answer.headers().firstValue("Cache-Status").orElseThrow())
                        .contains("stale-if-error");
            }
        }
    }

    @Test
    void forgetsWhatAChangeHasMadeUntrue() {
        answer("Cache-Control", "max-age=60");
        get();

        send(post(gateway.anonymous(path), "application/json", "{}"));
        get();

        assertThat(service.waiting().stream().map(TestingService.Received::method))
                .containsExactly("GET", "POST", "GET");
    }

    @Test
    void answersHeadFromWhatItKeepsForGet() {
        answer("Cache-Control", "max-age=60");
        int length = get().body().length();

        HttpResponse<String> head = send(gateway.anonymous(path).method("HEAD", BodyPublishers.noBody()));

        assertThat(head.headers().firstValue("Content-Length")).hasValue(Integer.toString(length));
        assertThat(head.body()).isEmpty();
        assertThat(service.waiting()).hasSize(1);
    }

    @Test
    void sharesWhatItKeepsWithOtherInstancesThroughRedis() {
        try (TestingGateway other = TestingGateway.start(
                service, "TRUSTED_PROXIES", "127.0.0.1", "culvert.gateway.cache.redis-budget", "2s")) {
            answer("Cache-Control", "max-age=60");
            String host = UUID.randomUUID() + ".example";

            send(gateway.anonymous(path).header("X-Forwarded-Host", host));

            await().untilAsserted(() -> {
                HttpResponse<String> answer = send(other.anonymous(path)
                        .header("X-Forwarded-Host", host)
                        .header("Cache-Control", "only-if-cached"));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("Cache-Status").orElseThrow())
                        .startsWith("Culvert; hit");
            });
            assertThat(service.waiting()).hasSize(1);
        }
    }

    @Test
    void keepsInMemoryWhileRedisIsAway() {
        try (TestingGateway own =
                TestingGateway.start(service, "culvert.gateway.cache.redis-url", "redis://127.0.0.1:9")) {
            answer("Cache-Control", "max-age=60");
            send(own.anonymous(path));

            assertThat(send(own.anonymous(path))
                            .headers()
                            .firstValue("Cache-Status")
                            .orElseThrow())
                    .contains("hit");
        }
    }

    /** S4.36: one call for all, whose answer they read while it comes. */
    @Test
    void joinsEqualCallsThatAreUnderWayAtOnce() throws Exception {
        Sinks.Many<String> chunks = Sinks.many().unicast().onBackpressureBuffer();
        service.on(
                path,
                (_, response) -> response.header("Content-Type", "application/json")
                        .sendHeaders()
                        .send(
                                chunks.asFlux().map(chunk -> Unpooled.copiedBuffer(chunk, StandardCharsets.UTF_8)),
                                _ -> true));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpResponse<InputStream>>> answers = IntStream.range(0, 100)
                    .mapToObj(_ -> threads.submit(() -> send(gateway.anonymous(path), BodyHandlers.ofInputStream())))
                    .toList();
            chunks.tryEmitNext("[1,").orThrow();
            for (Future<HttpResponse<InputStream>> answer : answers) {
                assertThat(new String(answer.get().body().readNBytes(3), StandardCharsets.UTF_8))
                        .as("before the end is there")
                        .isEqualTo("[1,");
            }
            chunks.tryEmitNext("2]").orThrow();
            chunks.tryEmitComplete().orThrow();
            int joined = 0;
            for (Future<HttpResponse<InputStream>> answer : answers) {
                assertThat(new String(answer.get().body().readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("2]");
                joined += answer.get()
                                .headers()
                                .firstValue("Cache-Status")
                                .orElseThrow()
                                .endsWith("collapsed")
                        ? 1
                        : 0;
            }
            assertThat(joined).isEqualTo(99);
        }
        assertThat(service.waiting()).hasSize(1);
    }

    @Test
    void failsNobodyWhenTheOneWhoCameFirstGoesAway() throws Exception {
        Sinks.Empty<Void> go = Sinks.empty();
        service.on(path, (_, response) -> response.sendString(go.asMono().thenReturn("for all")));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Socket first = ask(path);
            await().until(() -> service.waiting().size() == 1);
            Future<HttpResponse<String>> second = threads.submit(this::get);
            Future<HttpResponse<String>> third = threads.submit(this::get);
            await().until(() -> metric("http_requests_in_progress") >= 4); // three, and the one that asks
            first.close();
            await().until(() -> metric("http_requests_in_progress") <= 3);
            go.tryEmitEmpty().orThrow();

            assertThat(second.get().body()).isEqualTo("for all");
            assertThat(third.get().body()).isEqualTo("for all");
        }
        assertThat(service.waiting()).hasSize(1);
    }

    @Test
    void endsTheCallWhenNobodyIsLeft() throws Exception {
        Sinks.Empty<Void> ended = Sinks.empty();
        service.on(path, (_, _) -> Mono.<Void>never().doOnCancel(ended::tryEmitEmpty));

        Socket only = ask(path);
        await().until(() -> service.waiting().size() == 1);
        only.close();

        ended.asMono().block(Duration.ofSeconds(5));
    }

    @Test
    void givesEachItsOwnWhenTheAnswerTurnsOutToBelongToOne() throws Exception {
        Sinks.Empty<Void> go = Sinks.empty();
        service.on(
                path,
                (_, response) -> response.header("Cache-Control", "no-store")
                        .sendString(go.asMono()
                                .then(Mono.fromSupplier(() -> UUID.randomUUID().toString()))));

        List<HttpResponse<String>> answers = together(5, go);

        assertThat(answers.stream().map(HttpResponse::body).distinct()).hasSize(5);
        assertThat(service.waiting()).hasSize(5);
    }

    @Test
    void keepsNoFailureAndAnswersEverybody() throws Exception {
        Sinks.Empty<Void> go = Sinks.empty();
        service.on(path, (_, response) -> go.asMono().then(response.status(500).send()));

        List<HttpResponse<String>> answers = together(5, go);
        answer();

        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(500));
        assertThat(service.waiting()).hasSizeLessThanOrEqualTo(5);
        assertThat(get().statusCode()).isEqualTo(200);
    }

    private List<HttpResponse<String>> together(int number, Sinks.Empty<Void> go) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<HttpResponse<String>>> calls = IntStream.range(0, number)
                    .<Callable<HttpResponse<String>>>mapToObj(_ -> this::get)
                    .toList();
            List<Future<HttpResponse<String>>> answers =
                    calls.stream().map(threads::submit).toList();
            await().until(() -> metric("http_requests_in_progress") >= number + 1);
            go.tryEmitEmpty().orThrow();
            return answers.stream().map(ResponseCacheIT::result).toList();
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError("No answer", e);
        }
    }

    private static double metric(String name) {
        return send(gateway.anonymous("/metrics"))
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private void answer(String... headers) {
        service.on(path, (_, response) -> {
            response.header("Content-Type", "application/json");
            for (int i = 0; i < headers.length; i += 2) {
                response.header(headers[i], headers[i + 1]);
            }
            return response.sendString(Mono.just("{\"answer\":1}"));
        });
    }

    private HttpResponse<String> get() {
        return send(gateway.anonymous(path));
    }

    private static Socket ask(String path) throws IOException {
        Socket socket = new Socket("127.0.0.1", gateway.port());
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
