package dev.culvert.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.event.AuthEvent.SignInFailed;
import dev.culvert.contracts.event.SecurityEvent.RequestSuspected;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What looked like an attack, found and counted. */
class SecurityEventsIT extends AdminStory {
    /** S4.52: failed sign-ins and suspicious requests are recorded and countable. */
    @Test
    void securityEventsAreFoundAndCountedByTypeAndTime() {
        String address = "2001:db8::" + Integer.toHexString(caller.hashCode() & 0xFFFF);
        happen(new SignInFailed(caller.userId(), "ada", "wrong_password", address, "curl"));
        happen(suspected("sql_injection", address, 3));
        happen(suspected("sql_injection", address, 4));
        happen(suspected("credential_expired", "198.51.100.1", 1));
        awaitRows("?tenantId=" + caller.tenantId(), 4);
        String events = "/api/v1/admin/security-events";

        JsonNode found = get(admin, events + "?address=" + address).body();
        JsonNode counts =
                get(admin, events + "/counts?by=day&address=" + address).body().path("items");

        assertThat(found.path("total").asInt()).isEqualTo(3);
        assertThat(types(found.path("items"))).containsExactly("sql_injection", "sql_injection", "auth.sign_in_failed");
        assertThat(found.at("/items/2/reason").asString()).isEqualTo("wrong_password");
        assertThat(found.at("/items/0/requests").asInt()).isEqualTo(4);
        assertThat(found.at("/items/0/endpoint").asString()).isEqualTo("/api/v1/tunnels/**");
        assertThat(types(counts)).containsExactlyInAnyOrder("auth.sign_in_failed", "sql_injection");
        assertThat(counts.values().stream()
                        .mapToInt(count -> count.path("requests").asInt()))
                .containsExactlyInAnyOrder(1, 7);
        assertThat(get(admin, events + "?userId=" + caller.userId())
                        .body()
                        .path("total")
                        .asInt())
                .isEqualTo(4);
        assertThat(get(admin, events + "/counts?by=week").status()).isEqualTo(400);
        assertThat(get(admin, events + "?from={time}", "+1000000000-12-31T23:59:59Z")
                        .status())
                .isEqualTo(400);
        assertThat(get(admin, events + "?address={text}", "\u0000").status()).isEqualTo(400);
        assertThat(get(caller, events).status()).isEqualTo(403);
    }

    private RequestSuspected suspected(String kind, String address, long requests) {
        return new RequestSuspected(
                kind,
                caller.userId(),
                address,
                "GET",
                "/api/v1/tunnels/**",
                "/api/v1/tunnels/x",
                "request-1",
                Instant.now(),
                requests);
    }
}
