package dev.culvert.gateway.identity;

import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.identity.Tier;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** How long checks take at load, by the histograms that operators see. */
class CheckTimesIT {
    private static final int CALLERS = 16;
    private static final int CALLS = 150;
    private static final double MOST = 0.95;

    private final TestingGateway gateway = TestingGateway.shared();
    private final ConcurrentMap<String, String> tokens = new ConcurrentHashMap<>();

    /** S3.16: at the 95th percentile a key that was checked lately takes under 10 ms, and the limits under 5 ms. */
    @Test
    void areShortForKeysAndLimits() throws Exception {
        gateway.service().on("/internal/api-keys/exchange", (request, response) -> {
            String token =
                    tokens.get(request.requestHeaders().get("Authorization").substring("Bearer ".length()));
            return token == null
                    ? response.status(401).sendString(Mono.just("{}"))
                    : response.header("Content-Type", "application/json")
                            .sendString(Mono.just(
                                    JSON.writeValueAsString(Map.of("token", token, "expiresInSeconds", 300))));
        });
        List<String> keys = IntStream.range(0, CALLERS).mapToObj(_ -> newKey()).toList();
        call(keys, CALLS / 3); // what runs for the first time takes longer

        double[] keysBefore = {count("credential_check", "memory"), within("credential_check", "memory", "0.01")};
        double[] limitsBefore = {
            count("rate_limit_check_duration", ""), within("rate_limit_check_duration", "", "0.005")
        };
        call(keys, CALLS);

        double ofKeys = count("credential_check", "memory") - keysBefore[0];
        double ofLimits = count("rate_limit_check_duration", "") - limitsBefore[0];
        assertThat(ofKeys).isGreaterThanOrEqualTo(CALLERS * CALLS);
        assertThat(ofLimits).isGreaterThanOrEqualTo(CALLERS * CALLS);
        assertThat((within("credential_check", "memory", "0.01") - keysBefore[1]) / ofKeys)
                .as("keys within 10 ms")
                .isGreaterThanOrEqualTo(MOST);
        assertThat((within("rate_limit_check_duration", "", "0.005") - limitsBefore[1]) / ofLimits)
                .as("limits within 5 ms")
                .isGreaterThanOrEqualTo(MOST);
    }

    private String newKey() {
        String key = "cvt_test" + UUID.randomUUID().toString().replace("-", "");
        tokens.put(key, TestingIssuer.shared().token(TestCallers.user().withTier(Tier.ENTERPRISE)));
        return key;
    }

    /** All at once, each so often. */
    private void call(List<String> keys, int times) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (String key : keys) {
                callers.add(threads.submit(() -> {
                    for (int i = 0; i < times; i++) {
                        assertThat(send(gateway.anonymous("/api/v1/tunnels").header("X-API-Key", key))
                                        .statusCode())
                                .isEqualTo(200);
                    }
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
        }
    }

    private double count(String timer, String by) {
        return sum(timer + "_seconds_count", by, "");
    }

    private double within(String timer, String by, String seconds) {
        return sum(timer + "_seconds_bucket", by, "le=\"" + seconds + "\"");
    }

    private double sum(String name, String by, String edge) {
        return send(gateway.anonymous("/metrics"))
                .body()
                .lines()
                .filter(line -> line.startsWith(name) && line.contains(by) && line.contains(edge))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
