package dev.culvert.gateway.cache;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** How often the service is asked, told by the service and by the metric. */
class CacheHitRateIT {
    private static final int CALLS = 50;

    /** Far beyond what S4.81 allows an answer to take. */
    private static final Duration SLOW = Duration.ofSeconds(2);

    private final TestingGateway gateway = TestingGateway.shared();
    private final String path = "/oauth2/jwks/" + UUID.randomUUID();

    /**
     * S4.86: of the calls that can be cached more than four of five are. S4.81: those wait for nobody; a single one that did
     * would take forty times as long as is allowed.
     */
    @Test
    void asksTheServiceOnceWhileAnAnswerLives() {
        gateway.service()
                .on(
                        path,
                        (_, response) -> response.header("Content-Type", "application/json")
                                .header("Cache-Control", "max-age=600")
                                .sendString(Mono.just("{}").delayElement(SLOW)));
        double hits = requests("hit");
        double others = requests("miss");

        IntStream.range(0, CALLS).forEach(_ -> assertThat(get().statusCode()).isEqualTo(200));

        assertThat(gateway.service().waiting())
                .extracting(TestingService.Received::uri)
                .containsOnlyOnce(path);
        assertThat(requests("hit") - hits).isEqualTo(CALLS - 1);
        assertThat(requests("miss") - others).isEqualTo(1);
    }

    private HttpResponse<String> get() {
        return send(gateway.anonymous(path));
    }

    private double requests(String result) {
        return send(gateway.anonymous("/metrics"))
                .body()
                .lines()
                .filter(line -> line.startsWith("cache_requests_total{") && line.contains("result=\"" + result + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
