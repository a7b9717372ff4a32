package dev.culvert.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.TestCallers;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** How all services fare. */
class SystemStatusIT extends AdminStory {
    /** R8.8, R11.8 without lags: each service with its dependencies, gathered at once. */
    @Test
    void showsHowEveryServiceFares() {
        Instant before = Instant.now();

        Answer answer = get(TestCallers.supportAdmin(), "/api/v1/admin/system/status");

        assertThat(Duration.between(before, Instant.now()))
                .as("one timeout of 2 s, not one per service that is down")
                .isLessThan(Duration.ofSeconds(10));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("status").asString()).isEqualTo("degraded");
        assertThat(service(answer, "auth").path("status").asString()).isEqualTo("healthy");
        assertThat(service(answer, "auth").path("dependencies").propertyNames()).containsExactly("db");
        assertThat(service(answer, "auth").path("dependencies").path("db").asString())
                .isEqualTo("healthy");
        assertThat(service(answer, "tunnel").path("status").asString()).isEqualTo("degraded");
        assertThat(service(answer, "tunnel").path("dependencies").path("redis").asString())
                .isEqualTo("down");
        assertThat(service(answer, "proxy").path("status").asString()).isEqualTo("down");
        assertThat(service(answer, "proxy").path("error").asString()).isEqualTo("No answer within 2000 ms");
        assertThat(service(answer, "webhook").path("status").asString()).isEqualTo("down");
        assertThat(service(answer, "webhook").path("error").asString()).isEqualTo("Cannot be reached");
    }

    @Test
    void ordinaryUsersDoNotSeeTheSystem() {
        assertThat(get(caller, "/api/v1/admin/system/status").code()).isEqualTo("FORBIDDEN");
    }

    private static JsonNode service(Answer answer, String name) {
        return answer.body()
                .path("services")
                .valueStream()
                .filter(service -> service.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
