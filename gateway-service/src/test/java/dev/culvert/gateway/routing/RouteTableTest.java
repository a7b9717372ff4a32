package dev.culvert.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.routing.RoutingProperties.CrossOriginProperties;
import dev.culvert.gateway.routing.RoutingProperties.LegacyProperties;
import dev.culvert.gateway.routing.RoutingProperties.RequestProperties;
import dev.culvert.gateway.routing.RoutingProperties.RouteProperties;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

class RouteTableTest {
    private final RouteTable table = table(
            List.of(route("/t"), route("/api/v1/admin"), route("/api/v1/admin/auth"), route("/.well-known/jwks.json")));

    @ParameterizedTest
    @CsvSource({
        "/t, /t/**",
        "/t/, /t/**",
        "/t//x, /t/**",
        "/t/name/and/much/more/than/any/route/has, /t/**",
        "/api/v1/admin, /api/v1/admin/**",
        "/api/v1/admin/users, /api/v1/admin/**",
        "/api/v1/admin/authors, /api/v1/admin/**",
        "/api/v1/admin/auth, /api/v1/admin/auth/**",
        "/api/v1/admin/auth/x, /api/v1/admin/auth/**",
        "/.well-known/jwks.json, /.well-known/jwks.json/**",
        "/docs/docs.css, /docs",
        "/api/v1/live, /api/v1/live"
    })
    void longestRouteOfWholeSegmentsWins(String path, String route) {
        assertThat(table.find(path, null).route()).isEqualTo(route);
    }

    @ParameterizedTest
    @CsvSource({"/", "/tx", "/api/v1", "/api/v1/adminx/auth", "/internal/t", "/api/v1/live/x"})
    void whatIsNotRoutedLeadsNowhere(String path) {
        assertThat(table.find(path, null).plane()).isEqualTo(Plane.NONE);
    }

    @Test
    void keepsTheRestOfThePathAndTheQuery() {
        assertThat(table.find("/t/%41/b", "c=%20&d").target()).contains(URI.create("http://service:1/t/%41/b?c=%20&d"));
    }

    @Test
    void findsEachOfTenThousandRoutes() {
        RouteTable many = table(IntStream.range(0, 10_000)
                .mapToObj(i -> route("/api/v1/things-" + i))
                .toList());

        assertThat(IntStream.range(0, 10_000))
                .allMatch(i ->
                        many.find("/api/v1/things-" + i + "/x", null).route().equals("/api/v1/things-" + i + "/**"));
    }

    private static RouteProperties route(String path) {
        return new RouteProperties(path, "service", Plane.API, List.of(), Optional.empty());
    }

    private static RouteTable table(List<RouteProperties> routes) {
        return new RouteTable(new RoutingProperties(
                Map.of("service", List.of(URI.create("http://service:1"))),
                new ArrayList<>(routes),
                List.of(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1,
                Duration.ZERO,
                true,
                new RequestProperties(
                        DataSize.ofMegabytes(1),
                        100,
                        100,
                        DataSize.ofKilobytes(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1)),
                new CrossOriginProperties(List.of(), Duration.ZERO),
                new LegacyProperties(LocalDate.EPOCH, LocalDate.EPOCH)));
    }
}
