package dev.culvert.gateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.gateway.call.Destination;
import dev.culvert.gateway.call.Plane;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
    @ParameterizedTest
    @CsvSource({
        "/api/v1/tunnels, /api/v1/tunnels",
        "/api/v1/api-keys/, /api/v1/api-keys/",
        "/api/v1/tunnels/0b0e7c1e-5a0f-4a6e-9f7c-3d1c2b3a4d5e, /api/v1/tunnels/{id}",
        "/api/v2/tunnels/17/start, /api/v2/tunnels/{id}/start",
        "/api/v1/violations/ip/203.0.113.7, /api/v1/violations/ip/{id}",
        "/api/v1/users/%61/x/Y, /api/v1/users/{id}/x/{id}",
        "/api/v12x/b2, /api/{id}/{id}",
    })
    void namesWhatEqualOperationsShare(String path, String template) {
        assertThat(Endpoint.of(on(Plane.API), path)).isEqualTo(template);
    }

    @Test
    void leavesPathsOfOthersToTheRoute() {
        assertThat(Endpoint.of(on(Plane.DATA), "/t/ollama/v1/chat")).isEqualTo("/route/**");
        assertThat(Endpoint.of(on(Plane.API), "/api/v1/" + "x".repeat(300))).isEqualTo("/route/**");
    }

    private static Destination on(Plane plane) {
        return new Destination("/route/**", plane, false, Optional.empty());
    }
}
