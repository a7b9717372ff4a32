package dev.culvert.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.UsageEvent.LimitViolated;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Calls that limits refused. */
class ViolationsIT extends AdminStory {
    /** R6.8: three violations are listed with their context, counted, and lead to the caller. */
    @Test
    void refusedCallsAreListedAndCounted() {
        String address = "2001:db8::" + Integer.toHexString(caller.userId().hashCode() & 0xFFFF);
        Instant before = Instant.now().minusSeconds(60);
        long calls = before.getEpochSecond(); // more than anybody had before, so that they lead
        for (int i = 1; i <= 3; i++) {
            happen(new LimitViolated(
                    i == 3 ? "tenant-hour" : "user-minute",
                    caller.userId(),
                    address,
                    "/api/v1/tunnels/**",
                    "/api/v1/tunnels",
                    "GET",
                    "curl/8.5.0",
                    "correlation-" + i,
                    100,
                    false,
                    before.plusSeconds(i),
                    i * calls));
        }

        JsonNode listed = await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> get(admin, "/api/v1/violations/user/" + caller.userId())
                                .body()
                                .path("items"),
                        items -> items.size() == 3);
        assertThat(listed.path(0).path("type").asString()).isEqualTo("tenant-hour");
        assertThat(listed.path(0).path("endpoint").asString()).isEqualTo("/api/v1/tunnels/**");
        assertThat(listed.path(0).path("method").asString()).isEqualTo("GET");
        assertThat(listed.path(0).path("agent").asString()).isEqualTo("curl/8.5.0");
        assertThat(listed.path(0).path("calls").asLong()).isEqualTo(3 * calls);
        assertThat(listed.path(0).path("context").path("correlationId").asString())
                .isEqualTo("correlation-3");
        assertThat(get(admin, "/api/v1/violations/ip/{address}?limit=2", address)
                        .body()
                        .path("items"))
                .hasSize(2);
        assertThat(get(admin, "/api/v1/violations/endpoint/api/v1/tunnels/**?limit=1000")
                        .body()
                        .path("items"))
                .hasSizeGreaterThanOrEqualTo(3);
        JsonNode statistics =
                get(admin, "/api/v1/violations/stats/user/" + caller.userId()).body();
        assertThat(statistics.path("calls").asLong()).isEqualTo(6 * calls);
        assertThat(statistics.path("violations").asInt()).isEqualTo(3);
        assertThat(statistics.path("byType")).hasSize(2);
        assertThat(get(admin, "/api/v1/violations/stats/ip/{address}", address)
                        .body()
                        .path("calls")
                        .asLong())
                .isEqualTo(6 * calls);
        assertThat(get(admin, "/api/v1/violations/top-violators")
                        .body()
                        .path("items")
                        .path(0)
                        .path("id")
                        .asString())
                .isEqualTo(caller.userId().toString());
        assertThat(get(admin, "/api/v1/violations/top-ips?limit=1")
                        .body()
                        .path("items")
                        .path(0)
                        .path("id")
                        .asString())
                .isEqualTo(address);
    }

    /** R6.8: 1,000 at most, tops 100 at most; for administrators. */
    @Test
    void listsOfRefusedCallsHaveAnEnd() {
        assertThat(get(admin, "/api/v1/violations/user/" + caller.userId() + "?limit=1001")
                        .code())
                .isEqualTo("VALIDATION_ERROR");
        assertThat(get(admin, "/api/v1/violations/top-ips?limit=101").code()).isEqualTo("VALIDATION_ERROR");
        assertThat(get(caller, "/api/v1/violations/top-ips").code()).isEqualTo("FORBIDDEN");
    }
}
