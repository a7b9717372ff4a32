package dev.culvert.gateway.resilience;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableChannel;

/** NF3.2 at the gateway: a service that runs several times goes on when one of it does not. */
class ReplicasIT {
    private static final String PATH = "/api/v1/users/profile";
    private static TestingService others;
    private static TestingService firstReplica;
    private static TestingService secondReplica;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        others = TestingService.start();
        firstReplica = TestingService.start();
        secondReplica = TestingService.start();
        gateway = TestingGateway.start(
                others,
                "USER_SERVICE_URL",
                firstReplica.uri() + "," + secondReplica.uri(),
                "culvert.gateway.resilience.eject-for",
                "1s");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        others.close();
        firstReplica.close();
        secondReplica.close();
    }

    @BeforeEach
    void forget() {
        firstReplica.forget();
        secondReplica.forget();
    }

    @Test
    void takeTurns() {
        for (int i = 0; i < 10; i++) {
            assertThat(send(gateway.signedIn(PATH + "?n=" + i)).statusCode()).isEqualTo(200);
        }

        assertThat(firstReplica.waiting())
                .hasSize(5)
                .first()
                .extracting(one -> one.uri())
                .asString()
                .startsWith(PATH + "?n=");
        assertThat(secondReplica.waiting()).hasSize(5);
    }

    @Test
    void goOnWithoutOneThatIsGoneAndTakeItBackWhenItIsThereAgain() {
        firstReplica.stop();
        try {
            for (int i = 0; i < 20; i++) {
                assertThat(send(gateway.signedIn(PATH)).statusCode()).isEqualTo(200);
            }
            assertThat(secondReplica.waiting()).hasSize(20);
        } finally {
            firstReplica.restart();
        }
        assertThat(metric("upstream_replicas_ejected{upstream=\"user\"}")).isEqualTo(1);

        await().atMost(Duration.ofSeconds(10)).until(() -> {
            send(gateway.signedIn(PATH));
            return !firstReplica.waiting().isEmpty();
        });
        assertThat(metric("upstream_replicas_ejected{upstream=\"user\"}")).isZero();
    }

    /** It takes connections and breaks them: five such calls, each repeated elsewhere, and it is left alone. */
    @Test
    void goOnWithoutOneThatBreaksOff() {
        AtomicInteger broken = new AtomicInteger();
        firstReplica.on("/api/v1/users/breaks", (_, response) -> {
            broken.incrementAndGet();
            response.withConnection(DisposableChannel::dispose);
            return Mono.never();
        });
        try {
            for (int i = 0; i < 30; i++) {
                assertThat(send(gateway.signedIn("/api/v1/users/breaks")).statusCode())
                        .isEqualTo(200);
            }
            assertThat(broken).hasValueBetween(5, 8);
        } finally {
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> metric("upstream_replicas_ejected{upstream=\"user\"}") == 0);
        }
    }

    /** More calls than the budget for repetitions would allow are under way there: all go to the other one. */
    @Test
    void answerEveryCallThatWasUnderWayAtOneThatIsKilled() {
        int calls = 60;
        AtomicInteger underWay = new AtomicInteger();
        firstReplica.on("/api/v1/users/waits", (_, _) -> {
            underWay.incrementAndGet();
            return Mono.never();
        });
        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, calls)
                .mapToObj(_ -> sendAsync(gateway.signedIn("/api/v1/users/waits")))
                .toList();
        await().until(() -> underWay.get() == calls / 2);

        firstReplica.stop();

        try {
            assertThat(answers).allMatch(answer -> answer.join().statusCode() == 200);
            assertThat(send(gateway.signedIn(PATH)).statusCode()).isEqualTo(200);
        } finally {
            firstReplica.restart();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> metric("upstream_replicas_ejected{upstream=\"user\"}") == 0);
        }
    }

    /** Agents of a replica that is gone dial again at once, before anything has shown that it takes no connections. */
    @Test
    void passWebSocketsToTheOtherOneWhereOneTakesNoConnection() {
        firstReplica.stop();
        try {
            for (int i = 0; i < 2; i++) {
                Throwable refusal = catchThrowable(() -> handshake().join());
                assertThat(refusal.getCause())
                        .isInstanceOfSatisfying(
                                WebSocketHandshakeException.class,
                                refused -> assertThat(refused.getResponse().statusCode())
                                        .as("that of the service, which speaks HTTP alone")
                                        .isEqualTo(200));
            }
        } finally {
            firstReplica.restart();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> metric("upstream_replicas_ejected{upstream=\"user\"}") == 0);
        }
    }

    private static CompletableFuture<WebSocket> handshake() {
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(TestCallers.user()))
                .buildAsync(URI.create("ws://127.0.0.1:" + gateway.port() + PATH), new WebSocket.Listener() {});
    }

    private static CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
        return CompletableFuture.supplyAsync(() -> send(request), Executors.newVirtualThreadPerTaskExecutor());
    }

    private static double metric(String series) {
        return send(gateway.anonymous("/metrics"))
                .body()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
