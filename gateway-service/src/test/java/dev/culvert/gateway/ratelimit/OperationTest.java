package dev.culvert.gateway.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.contracts.identity.Tier;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

/** Limits of single operations (requirements P2.6.3, P2.6.4). */
class OperationTest {
    private static final String KEY = "operations.peak.";
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void isAboutItsMethodsAndPaths() {
        Operation operation = peak(KEY + "methods", "POST,PUT", KEY + "paths", "/api/v1/webhooks/*,/api/v1/tunnels/**");

        assertThat(operation.covers(request(HttpMethod.POST, "/api/v1/webhooks/7"), NOON))
                .isTrue();
        assertThat(operation.covers(request(HttpMethod.PUT, "/api/v1/tunnels"), NOON))
                .isTrue();
        assertThat(operation.covers(request(HttpMethod.PUT, "/api/v1/tunnels/7/start"), NOON))
                .isTrue();
        assertThat(operation.covers(request(HttpMethod.GET, "/api/v1/webhooks/7"), NOON))
                .isFalse();
        assertThat(operation.covers(request(HttpMethod.POST, "/api/v1/webhooks"), NOON))
                .isFalse();
        assertThat(operation.covers(request(HttpMethod.POST, "/api/v1/webhooks/7/deliveries"), NOON))
                .isFalse();
        assertThat(operation.covers(request(HttpMethod.POST, "/api/v1/users"), NOON))
                .isFalse();
    }

    @Test
    void countsBetweenTheTimesOfTheDayInItsZone() {
        Operation operation = peak(KEY + "from", "08:00", KEY + "until", "18:00", KEY + "zone", "Europe/Berlin");

        assertThat(operation.countsAt(Instant.parse("2026-11-22T06:59:59.999Z")))
                .isFalse();
        assertThat(operation.countsAt(Instant.parse("2026-11-22T07:00:00Z"))).isTrue();
        assertThat(operation.countsAt(Instant.parse("2026-11-22T16:59:59.999Z")))
                .isTrue();
        assertThat(operation.countsAt(Instant.parse("2026-11-22T17:00:00Z"))).isFalse();
        assertThat(operation.countsAt(Instant.parse("2026-07-22T06:00:00Z")))
                .as("summer")
                .isTrue();
    }

    @Test
    void countsOverMidnight() {
        Operation operation = peak(KEY + "from", "22:00", KEY + "until", "06:00");

        assertThat(operation.countsAt(Instant.parse("2026-11-22T21:59:59Z"))).isFalse();
        assertThat(operation.countsAt(Instant.parse("2026-11-22T22:00:00Z"))).isTrue();
        assertThat(operation.countsAt(Instant.parse("2026-11-23T05:59:59Z"))).isTrue();
        assertThat(operation.countsAt(Instant.parse("2026-11-23T06:00:00Z"))).isFalse();
    }

    @Test
    void growsWithThePlan() {
        Operation operation = peak(KEY + "factors.premium", 5, KEY + "factors.enterprise", 10);

        assertThat(operation.window("k:", Optional.of(Tier.FREE)).limit()).isEqualTo(7);
        assertThat(operation.window("k:", Optional.of(Tier.PREMIUM)).limit()).isEqualTo(35);
        assertThat(operation.window("k:", Optional.of(Tier.ENTERPRISE)).limit()).isEqualTo(70);
        assertThat(operation.window("k:", Optional.empty()).limit()).isEqualTo(7);
    }

    @Test
    void needsBothTimesOrNone() {
        assertThatThrownBy(() -> peak(KEY + "from", "22:00")).rootCause().hasMessageContaining("need each other");
    }

    private static Operation peak(Object... settings) {
        Map<String, Object> usual =
                Map.of(KEY + "paths", "/api/v1/**", KEY + "by", "user", KEY + "calls", 7, KEY + "within", "1m");
        Object[] all = new Object[settings.length + 2 * usual.size()];
        int next = 0;
        for (Map.Entry<String, Object> setting : usual.entrySet()) {
            all[next++] = setting.getKey();
            all[next++] = setting.getValue();
        }
        System.arraycopy(settings, 0, all, next, settings.length);
        return new Operation("peak", TestLimits.with(all).operations().get("peak"));
    }

    private static ServerHttpRequest request(HttpMethod method, String path) {
        return MockServerHttpRequest.method(method, path).build();
    }
}
