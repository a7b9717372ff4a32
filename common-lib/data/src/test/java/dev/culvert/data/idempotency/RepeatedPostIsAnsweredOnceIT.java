package dev.culvert.data.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingStores;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.main.web-application-type=servlet",
            "culvert.data.outbox.enabled=false",
            "culvert.data.inbox.enabled=false",
            "culvert.data.idempotency.max-request-size=1KB"
        })
@Import(RepeatedPostIsAnsweredOnceIT.OrderController.class)
class RepeatedPostIsAnsweredOnceIT {
    private static final String SCHEMA = "repeated_post";

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestCallers ada = TestCallers.user();
    private final String key = UUID.randomUUID().toString();

    @LocalServerPort
    int port;

    @Autowired
    OrderController orders;

    @Autowired
    AnswerStore answers;

    @Autowired
    JdbcTemplate jdbc;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, SCHEMA);
        registry.add("culvert.data.schema", () -> SCHEMA);
    }

    @BeforeEach
    void reset() {
        orders.count.set(0);
        orders.entered = new CountDownLatch(1);
        orders.mayLeave = new CountDownLatch(0);
    }

    @Test
    void repeatsTheFirstAnswer() throws Exception {
        HttpResponse<String> first = post(ada, key, "{\"item\":\"tea\"}");
        HttpResponse<String> second = post(ada, key, "{\"item\":\"tea\"}");

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(second.body()).isEqualTo(first.body()).contains("\"number\":1");
        assertThat(second.headers().firstValue("Location")).contains("/orders/1");
        assertThat(second.headers().firstValue("Content-Type"))
                .isEqualTo(first.headers().firstValue("Content-Type"));
        assertThat(first.headers().firstValue(IdempotencyFilter.REPLAYED)).isEmpty();
        assertThat(second.headers().firstValue(IdempotencyFilter.REPLAYED)).contains("true");
        assertThat(orders.count).hasValue(1);
    }

    @Test
    void keysBelongToTheirCaller() throws Exception {
        post(ada, key, "{\"item\":\"tea\"}");
        post(TestCallers.user(), key, "{\"item\":\"tea\"}");

        assertThat(orders.count).hasValue(2);
    }

    @Test
    void refusesAKeyThatWasUsedForSomethingElse() throws Exception {
        post(ada, key, "{\"item\":\"tea\"}");

        ProblemAssert.assertThat(post(ada, key, "{\"item\":\"coffee\"}")).isProblem(ProblemCode.IDEMPOTENCY_KEY_REUSED);
        assertThat(orders.count).hasValue(1);
    }

    @Test
    void ofTwoAtOnceOneIsRefused() throws Exception {
        orders.mayLeave = new CountDownLatch(1);
        CompletableFuture<HttpResponse<String>> first =
                client.sendAsync(request(ada, key, "{\"item\":\"tea\"}"), BodyHandlers.ofString());
        orders.entered.await();

        HttpResponse<String> second = post(ada, key, "{\"item\":\"tea\"}");
        orders.mayLeave.countDown();

        ProblemAssert.assertThat(second).isProblem(ProblemCode.REQUEST_IN_PROGRESS);
        assertThat(second.headers().firstValue("Retry-After")).contains("1");
        assertThat(first.join().statusCode()).isEqualTo(201);
        assertThat(orders.count).hasValue(1);
    }

    @Test
    void aFailureOfOursMayBeTriedAgain() throws Exception {
        HttpResponse<String> failed = post(ada, key, "{\"item\":\"broken\"}");
        HttpResponse<String> again = post(ada, key, "{\"item\":\"broken\"}");

        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(again.headers().firstValue(IdempotencyFilter.REPLAYED)).isEmpty();
        assertThat(orders.count).hasValue(2);
    }

    @Test
    void aRefusalOfTheRequestIsRepeated() throws Exception {
        post(ada, key, "{\"item\":\"poison\"}");
        HttpResponse<String> second = post(ada, key, "{\"item\":\"poison\"}");

        assertThat(second.statusCode()).isEqualTo(422);
        assertThat(orders.count).hasValue(1);
    }

    @Test
    void aRequestThatDiedFreesItsKeyInTime() throws Exception {
        orders.mayLeave = new CountDownLatch(1);
        var hanging = client.sendAsync(request(ada, key, "{\"item\":\"tea\"}"), BodyHandlers.ofString());
        orders.entered.await();
        jdbc.update("UPDATE idempotency SET started_at = now() - interval '61 seconds' WHERE status IS NULL");

        var second = client.sendAsync(request(ada, key, "{\"item\":\"tea\"}"), BodyHandlers.ofString());
        await().until(() -> orders.count.get() == 2);
        orders.mayLeave.countDown();

        hanging.join();
        HttpResponse<String> third = post(ada, key, "{\"item\":\"tea\"}");
        assertThat(third.body())
                .as("the late first one did not overwrite it")
                .isEqualTo(second.join().body());
    }

    @Test
    void refusesAnUnusableKeyAndALargeBody() throws Exception {
        ProblemAssert.assertThat(post(ada, "x".repeat(256), "{}"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("Idempotency-Key");
        ProblemAssert.assertThat(post(ada, key, "\"" + "x".repeat(2000) + "\""))
                .isProblem(ProblemCode.PAYLOAD_TOO_LARGE);
        assertThat(orders.count).hasValue(0);
    }

    @Test
    void keepsNeitherKeyNorAnswerInTheClear() throws Exception {
        post(ada, key, "{\"item\":\"very secret tea\"}");

        for (Map<String, Object> row : jdbc.queryForList("SELECT * FROM idempotency")) {
            for (Object value : row.values()) {
                String text = value instanceof byte[] bytes
                        ? new String(bytes, StandardCharsets.ISO_8859_1)
                        : String.valueOf(value);
                assertThat(text).doesNotContain("very secret tea", key);
            }
        }
    }

    @Test
    void forgetsOldAnswers() throws Exception {
        post(ada, key, "{\"item\":\"tea\"}");
        jdbc.update("UPDATE idempotency SET started_at = now() - interval '25 hours'");

        answers.forgetOld();

        assertThat(jdbc.queryForObject("SELECT count(*) FROM idempotency", Integer.class))
                .isZero();
    }

    private HttpResponse<String> post(TestCallers caller, String idempotencyKey, String body) throws Exception {
        return client.send(request(caller, idempotencyKey, body), BodyHandlers.ofString());
    }

    private HttpRequest request(TestCallers caller, String idempotencyKey, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/orders"))
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(caller))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    @RestController
    static class OrderController {
        final AtomicInteger count = new AtomicInteger();
        volatile CountDownLatch entered = new CountDownLatch(1);
        volatile CountDownLatch mayLeave = new CountDownLatch(0);

        @PostMapping("/orders")
        @Access(scope = Scope.PROFILE_WRITE)
        ResponseEntity<Map<String, Object>> order(@RequestBody Map<String, String> request)
                throws InterruptedException {
            int number = count.incrementAndGet();
            entered.countDown();
            mayLeave.await();
            return switch (request.getOrDefault("item", "")) {
                case "broken" -> throw new IllegalStateException("broken");
                case "poison" -> ResponseEntity.status(422).body(Map.of("number", number));
                default ->
                    ResponseEntity.created(URI.create("/orders/" + number))
                            .body(Map.of("number", number, "item", request.getOrDefault("item", "")));
            };
        }
    }
}
