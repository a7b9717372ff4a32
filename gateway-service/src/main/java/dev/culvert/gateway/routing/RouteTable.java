package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Destination;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.routing.RoutingProperties.RouteProperties;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds the destination of a path. Longest path first, whole segments only; {@code /internal} is no route. */
@Component
final class RouteTable {
    /** What the gateway answers itself, with everything below. */
    private static final List<String> OWN = List.of(
            "/health",
            "/ready",
            "/metrics",
            "/docs",
            "/redoc",
            "/openapi.json",
            "/api/docs",
            "/api/v1/docs",
            "/api/v1/openapi.json",
            "/versions",
            "/api/v1/versions",
            "/deprecation",
            "/api/v1/deprecation");

    /** Answered here as well, but only to callers who are known, and within their limits. */
    private static final String LIVE = "/api/v1/live";

    private static final Set<String> OF_CALLERS = withAndWithoutVersion(
            "/queue/status",
            "/queue/drain",
            "/rate-limit-metrics/summary",
            "/rate-limit-metrics/dashboard-data",
            "/adaptive-rate-limiting/metrics",
            "/adaptive-rate-limiting/status",
            "/adaptive-rate-limiting/user-stats",
            "/adaptive-rate-limiting/admin/system-status",
            "/adaptive-rate-limiting/admin/load-history",
            "/adaptive-rate-limiting/admin/adaptive-limits");

    private static final Destination NOWHERE = new Destination("unmatched", Plane.NONE, true, Optional.empty());

    private final List<Route> routes;

    RouteTable(RoutingProperties properties) {
        routes = properties.routes().stream()
                .map(route -> Route.of(route, properties.services().get(route.service())))
                .sorted(Comparator.comparingInt((Route route) -> route.path.length())
                        .reversed())
                .toList();
    }

    /** The destination of a raw (still encoded) path and query. */
    Destination find(String path, @Nullable String query) {
        for (Route route : routes) {
            if (isBelow(path, route.path)) {
                return route.destination(path, query);
            }
        }
        if (path.equals(LIVE) || OF_CALLERS.contains(path)) {
            return new Destination(path, Plane.API, false, Optional.empty());
        }
        for (String own : OWN) {
            if (isBelow(path, own)) {
                return new Destination(own, Plane.OWN, true, Optional.empty());
            }
        }
        return NOWHERE;
    }

    private static Set<String> withAndWithoutVersion(String... addresses) {
        return Stream.of(addresses)
                .flatMap(address -> Stream.of(address, "/api/v1" + address))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean isBelow(String path, String prefix) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }

    private record Route(String path, String template, Plane plane, List<String> open, String base, String rewritten) {

        static Route of(RouteProperties route, @Nullable URI service) {
            if (service == null) {
                throw new IllegalArgumentException("No address for the service of route " + route.path());
            }
            String base = service.toString();
            return new Route(
                    route.path(),
                    route.path() + "/**",
                    route.plane(),
                    route.open(),
                    base.endsWith("/") ? base.substring(0, base.length() - 1) : base,
                    route.rewriteTo().orElse(route.path()));
        }

        Destination destination(String requested, @Nullable String query) {
            String onward = base + rewritten + requested.substring(path.length());
            URI target = URI.create(query == null ? onward : onward + '?' + query);
            boolean isOpen = open.stream().anyMatch(path -> isBelow(requested, path));
            return new Destination(template, plane, isOpen, Optional.of(target));
        }
    }
}
