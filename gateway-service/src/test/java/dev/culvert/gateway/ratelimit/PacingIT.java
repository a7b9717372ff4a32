package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.gateway.TestingService.Received;
import dev.culvert.testing.TestCallers;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of a minute's budget (requirements R6.4, R6.4a, P2.6.5, X-43). */
class PacingIT {
    private static final String TUNNELS = "/api/v1/tunnels";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static TestingService service;
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static TestingGateway gateway;
    private static TestingGateway narrow;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        gateway = gateway("users.premium.minute", "300");
        narrow = gateway("users.free.minute", "10", "pacing.places", "1", "pacing.longest-wait", "4s");
    }

    private static TestingGateway gateway(String... limits) {
        List<String> settings = new ArrayList<>(List.of(
                "culvert.gateway.ratelimit.redis-budget", "5s", "culvert.gateway.ratelimit.pacing.enabled", "true"));
        for (int i = 0; i < limits.length; i += 2) {
            settings.add("culvert.gateway.ratelimit." + limits[i]);
            settings.add(limits[i + 1]);
        }
        return TestingGateway.start(service, settings.toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        narrow.close();
        service.close();
    }

    @BeforeEach
    void forget() {
        service.forget();
    }

    /** A burst of 120 on a budget of 100: 80 at once, 20 delayed in order and at the pace of the budget, 20 refused. */
    @Test
    void paces20Of120AndRefusesTheOthers() {
        TestCallers user = TestCallers.user();
        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 120)
                .mapToObj(i -> sendAsync(gateway.as(user, TUNNELS + "/" + i)))
                .toList();
        await().atMost(LONG).until(() -> count(calls, 429) == 20);
        drain();

        List<HttpResponse<String>> answers =
                calls.stream().map(CompletableFuture::join).toList();
        List<HttpResponse<String>> delayed =
                answers.stream().filter(answer -> position(answer) > 0).toList();
        assertThat(count(calls, 200)).isEqualTo(100);
        assertThat(delayed).hasSize(20).allMatch(answer -> answer.statusCode() == 200);
        assertThat(delayed).allMatch(answer -> remaining(answer) < 20);
        assertThat(delayed.stream().mapToLong(answer -> number(answer, "X-Queue-Wait-Time")))
                .as("20 turns of 600 ms, less what passed between the calls")
                .allMatch(wait -> wait <= 12_000)
                .anyMatch(wait -> wait > 5_000);
        assertThat(delayed.stream().map(PacingIT::position)).allMatch(position -> position <= 20);
    }

    private static long count(List<CompletableFuture<HttpResponse<String>>> calls, int status) {
        return calls.stream()
                .filter(call -> call.isDone() && call.join().statusCode() == status)
                .count();
    }

    /** The calls themselves: the service gets them in the order in which they came. */
    @Test
    void letsDelayedCallsGoOnInOrder() {
        TestCallers user = TestCallers.user().withTier(Tier.PREMIUM);
        HttpRequest.Builder sameToken = gateway.as(user, TUNNELS);
        for (int i = 0; i < 240; i++) {
            assertThat(position(send(sameToken))).isZero();
        }
        service.forget();

        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int before = i;
            calls.add(sendAsync(gateway.as(user, TUNNELS + "/" + i)));
            await().atMost(LONG).until(() -> service.waiting().size() + own(gateway, user) > before);
        }

        assertThat(calls.stream().map(CompletableFuture::join).map(PacingIT::position))
                .allMatch(position -> position >= 1);
        assertThat(service.waiting().stream().map(Received::uri))
                .containsExactlyElementsOf(
                        IntStream.range(0, 8).mapToObj(i -> TUNNELS + "/" + i).toList());
    }

    /** A full queue, a client that leaves, and a wait that is too long. */
    @Test
    void boundsTheQueueInPlacesAndTime() {
        TestCallers user = usedUpTo80Percent();
        HttpClient leaving =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        CompletableFuture<HttpResponse<String>> left =
                leaving.sendAsync(narrow.as(user, TUNNELS).build(), BodyHandlers.ofString());
        await().atMost(LONG).until(() -> own(narrow, user) == 1);

        HttpResponse<String> full = send(narrow.as(user, TUNNELS));
        assertProblem(full, ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(alias(full)).isEqualTo("QUEUE_FULL");
        left.cancel(true);
        leaving.shutdownNow();
        await().atMost(LONG).until(() -> own(narrow, user) == 0);

        HttpResponse<String> late = send(narrow.as(usedUpTo80Percent(), TUNNELS));
        assertThat(late.statusCode()).isEqualTo(504);
        assertThat(alias(late)).isEqualTo("QUEUE_TIMEOUT");
    }

    private static TestCallers usedUpTo80Percent() {
        TestCallers user = TestCallers.user();
        for (int i = 0; i < 8; i++) {
            assertThat(send(narrow.as(user, TUNNELS)).statusCode()).isEqualTo(200);
        }
        return user;
    }

    @Test
    void drainsForAdministratorsAlone() {
        assertProblem(send(gateway.signedIn("/queue/drain").POST(BodyPublishers.noBody())), ProblemCode.FORBIDDEN);
        assertProblem(send(gateway.anonymous("/queue/status")), ProblemCode.AUTH_TOKEN_MISSING);
        HttpResponse<String> status = send(gateway.signedIn("/api/v1/queue/status"));
        assertThat(json(status).path("enabled").asBoolean()).isTrue();
        assertThat(json(status).path("places").asInt()).isEqualTo(1000);
        assertThat(json(status).path("longestWaitSeconds").asInt()).isEqualTo(30);
        assertThat(send(gateway.signedIn("/queue/nothing")).statusCode()).isEqualTo(404);
        assertThat(send(gateway.signedIn("/queue/status").POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
    }

    private static void drain() {
        HttpResponse<String> drained =
                send(gateway.as(TestCallers.superAdmin(), "/queue/drain").POST(BodyPublishers.noBody()));
        assertThat(drained.statusCode()).isEqualTo(200);
        assertThat(json(drained).path("released").asInt()).isPositive();
    }

    /** Asked of the queue itself: the address would count as a call. */
    private static int own(TestingGateway at, TestCallers user) {
        return at.context().getBean(PacingQueue.class).waiting(user.userId());
    }

    private static CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
        return CLIENT.sendAsync(request.timeout(LONG).build(), BodyHandlers.ofString());
    }

    private static long position(HttpResponse<String> answer) {
        return answer.headers().firstValueAsLong("X-Queue-Position").orElse(0);
    }

    private static long remaining(HttpResponse<String> answer) {
        return number(answer, "X-RateLimit-Remaining");
    }

    private static long number(HttpResponse<String> answer, String header) {
        return answer.headers().firstValueAsLong(header).orElseThrow();
    }

    private static String alias(HttpResponse<String> answer) {
        return json(answer).path("error").path("details").path("alias").asString();
    }
}
