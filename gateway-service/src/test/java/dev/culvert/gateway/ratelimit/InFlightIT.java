package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Calls and streams at one moment, over two gateways (requirements R6.1a, R6.3). */
class InFlightIT {
    private static final String SLOW = "/api/v1/tunnels/slow";
    private static final String QUICK = "/api/v1/tunnels";
    private static final String STREAM = "/api/v1/tunnels/stream";
    private static final Duration SECONDS = Duration.ofSeconds(10);
    private static TestingService service;
    private static final Queue<Sinks.One<String>> WAITING = new ConcurrentLinkedQueue<>();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static TestingGateway one;
    private static TestingGateway two;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        service.on(SLOW, (_, response) -> {
            Sinks.One<String> end = Sinks.one();
            WAITING.add(end);
            return response.sendString(end.asMono());
        });
        service.on(
                STREAM,
                (_, response) -> response.header("Content-Type", "text/event-stream")
                        .sendString(Flux.concat(Mono.just("data: 1\n\n"), Mono.never())));
        one = gateway();
        two = gateway();
    }

    private static TestingGateway gateway() {
        return TestingGateway.start(
                service,
                "culvert.gateway.ratelimit.redis-budget",
                "2s",
                "culvert.gateway.ratelimit.users.free.in-flight",
                "2",
                "culvert.gateway.ratelimit.users.free.long-lived",
                "1");
    }

    @AfterAll
    static void stop() {
        WAITING.forEach(end -> end.tryEmitValue("{}"));
        one.close();
        two.close();
        service.close();
    }

    @Test
    void refusesOneMoreSlowCallThanTheTierAllowsAndFreesThePlaceOfOneThatEnds() {
        TestCallers user = TestCallers.user();
        CompletableFuture<HttpResponse<String>> first = sendAsync(one.as(user, SLOW));
        CompletableFuture<HttpResponse<String>> second = sendAsync(two.as(user, SLOW));
        await().atMost(SECONDS).until(() -> WAITING.size() == 2);

        for (TestingGateway gateway : List.of(one, two)) {
            HttpResponse<String> refused = send(gateway.as(user, QUICK));
            assertProblem(refused, ProblemCode.RATE_LIMIT_EXCEEDED);
            assertThat(refused.headers().firstValue("X-RateLimit-Policy")).hasValue("user-in-flight");
            assertThat(refused.headers().firstValue("X-RateLimit-Limit")).hasValue("2");
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
        }
        assertThat(send(one.signedIn(QUICK)).statusCode()).as("another user").isEqualTo(200);

        WAITING.remove().tryEmitValue("{}");
        await().atMost(SECONDS).until(() -> send(one.as(user, QUICK)).statusCode() == 200);
        await().atMost(SECONDS).until(() -> send(two.as(user, QUICK)).statusCode() == 200);
        WAITING.remove().tryEmitValue("{}");
        assertThat(first.join().statusCode()).isEqualTo(200);
        assertThat(second.join().statusCode()).isEqualTo(200);
    }

    @Test
    void freesThePlaceOfACallerWhoLeaves() {
        TestCallers user = TestCallers.user();
        CompletableFuture<HttpResponse<String>> first = sendAsync(one.as(user, SLOW));
        CompletableFuture<HttpResponse<String>> second = sendAsync(one.as(user, SLOW));
        await().atMost(SECONDS).until(() -> send(two.as(user, QUICK)).statusCode() == 429);

        first.cancel(true);
        second.cancel(true);

        await().atMost(SECONDS).until(() -> send(two.as(user, QUICK)).statusCode() == 200);
        WAITING.clear();
    }

    @Test
    void countsEventStreamsApartFromCalls() throws Exception {
        TestCallers user = TestCallers.user();
        HttpRequest stream =
                one.as(user, STREAM).header("Accept", "text/event-stream").build();
        var open = CLIENT.send(stream, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(open.statusCode()).isEqualTo(200);

        HttpResponse<String> refused = send(two.as(user, STREAM).header("Accept", "text/event-stream"));
        assertProblem(refused, ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(refused.headers().firstValue("X-RateLimit-Policy")).hasValue("user-long-lived");
        assertThat(send(two.as(user, QUICK)).statusCode()).isEqualTo(200);

        open.body().close();
        await().atMost(SECONDS).untilAsserted(() -> {
            var again = CLIENT.send(stream, HttpResponse.BodyHandlers.ofInputStream());
            again.body().close();
            assertThat(again.statusCode()).isEqualTo(200);
        });
    }

    private static CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
        return CLIENT.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
