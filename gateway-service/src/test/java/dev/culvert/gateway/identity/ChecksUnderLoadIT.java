package dev.culvert.gateway.identity;

import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.identity.Tier;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What it takes to know a key and to count a call, as the gateway itself tells it. */
class ChecksUnderLoadIT {
    private static final int KEYS = 10;
    private static final int CALLERS = 8;
    private static final int CALLS = 100;
    private static final double MOST = 0.95;

    private final TestingGateway gateway = TestingGateway.shared();
    private final ConcurrentMap<String, TestCallers> owners = new ConcurrentHashMap<>();
    private final AtomicInteger lookUps = new AtomicInteger();

    /**
     * And auth-service is asked once for each key. Counting a call may take 5 ms, of which machines that test leave too little: {@code
     * benchmarks/run nf1} tells that figure.
     */
    @Test
    void knowsKeysWithin10MillisecondsAndTellsHowLongLimitsTake() throws Exception {
        answerLookUps();
        List<String> keys = IntStream.range(0, KEYS).mapToObj(_ -> newKey()).toList();
        keys.forEach(this::call);
        double knownBefore = count("key_validation_seconds", "by=\"memory\"");
        double knownInTimeBefore = within("key_validation_seconds", "by=\"memory\"", "0.01");
        double countedBefore = count("rate_limit_check_duration_seconds", "");
        double countedInTimeBefore = within("rate_limit_check_duration_seconds", "", "0.05");

        load(keys);

        double known = count("key_validation_seconds", "by=\"memory\"") - knownBefore;
        double knownInTime = within("key_validation_seconds", "by=\"memory\"", "0.01") - knownInTimeBefore;
        double counted = count("rate_limit_check_duration_seconds", "") - countedBefore;
        double countedInTime = within("rate_limit_check_duration_seconds", "", "0.05") - countedInTimeBefore;
        assertThat(known).isEqualTo(CALLERS * CALLS);
        assertThat(knownInTime / known).as("p95 of a cached key").isGreaterThanOrEqualTo(MOST);
        assertThat(counted).isGreaterThanOrEqualTo(CALLERS * CALLS);
        assertThat(countedInTime / counted).as("p95 of a limit check").isGreaterThanOrEqualTo(MOST);
        assertThat(lookUps).hasValue(KEYS);
    }

    private void answerLookUps() {
        gateway.service().on("/internal/api-keys/exchange", (request, response) -> {
            lookUps.incrementAndGet();
            TestCallers owner =
                    owners.get(request.requestHeaders().get("Authorization").substring(7));
            return response.header("Content-Type", "application/json")
                    .sendString(Mono.fromSupplier(() -> JSON.writeValueAsString(
                            Map.of("token", TestingIssuer.shared().token(owner), "expiresInSeconds", 300))));
        });
    }

    private String newKey() {
        String key = "cvt_live_" + UUID.randomUUID();
        owners.put(key, TestCallers.user().withTier(Tier.ENTERPRISE));
        return key;
    }

    private void load(List<String> keys) throws InterruptedException, ExecutionException {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends Future<?>> running = IntStream.range(0, CALLERS)
                    .mapToObj(caller -> callers.submit(() ->
                            IntStream.range(0, CALLS).forEach(i -> call(keys.get((caller + i) % KEYS)))))
                    .toList();
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    private void call(String key) {
        assertThat(send(gateway.anonymous("/api/v1/tunnels").header("X-API-Key", key))
                        .statusCode())
                .isEqualTo(200);
    }

    private double count(String histogram, String label) {
        return scraped(histogram + "_count", label, "");
    }

    private double within(String histogram, String label, String seconds) {
        return scraped(histogram + "_bucket", label, "le=\"" + seconds + "\"");
    }

    private double scraped(String series, String... labels) {
        return send(gateway.anonymous("/metrics"))
                .body()
                .lines()
                .filter(line ->
                        line.startsWith(series) && List.of(labels).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
