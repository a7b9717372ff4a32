package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Destination;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.routing.RoutingProperties.RouteProperties;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Finds the destination of a path. The longest path that is routed wins, whole segments only; {@code /internal} is no
 * route. How many routes there are does not matter: a path is looked up, then without its last segment, and so on.
 */
@Component
final class RouteTable {
    /** What the gateway answers itself, with everything below. */
    private static final Set<String> OWN = Set.of(
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

    private final Map<String, Route> routes;
    private final int longest;

    RouteTable(RoutingProperties properties) {
        routes = properties.routes().stream()
                .map(route -> Route.of(route, properties.addresses(route.service())))
                .collect(Collectors.toUnmodifiableMap(route -> route.path, route -> route));
        longest = Stream.concat(routes.keySet().stream(), OWN.stream())
                .mapToInt(String::length)
                .max()
                .orElse(0);
    }

    /** The destination of a raw (still encoded) path and query. */
    Destination find(String path, @Nullable String query) {
        String start = start(path);
        for (String prefix = start; !prefix.isEmpty(); prefix = parent(prefix)) {
            Route route = routes.get(prefix);
            if (route != null) {
                return route.destination(path, query);
            }
        }
        if (path.equals(LIVE) || OF_CALLERS.contains(path)) {
            return new Destination(path, Plane.API, false, Optional.empty());
        }
        for (String prefix = start; !prefix.isEmpty(); prefix = parent(prefix)) {
            if (OWN.contains(prefix)) {
                return new Destination(prefix, Plane.OWN, true, Optional.empty());
            }
        }
        return NOWHERE;
    }

    /** The longest part of a path, in whole segments, that can be known: the rest may have thousands of segments. */
    private String start(String path) {
        if (path.length() <= longest) {
            return path;
        }
        int end = path.charAt(longest) == '/' ? longest : path.lastIndexOf('/', longest);
        return path.substring(0, Math.max(0, end));
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
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

        /** The first address stands for the service; which one answers a call is chosen behind. */
        static Route of(RouteProperties route, List<URI> addresses) {
            String base = addresses.getFirst().toString();
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
            URI target = inAscii(URI.create(query == null ? onward : onward + '?' + query));
            boolean isOpen = open.stream().anyMatch(path -> isBelow(requested, path));
            return new Destination(template, plane, isOpen, Optional.of(target));
        }

        private static URI inAscii(URI uri) {
            String ascii = uri.toASCIIString();
            return ascii.equals(uri.toString()) ? uri : URI.create(ascii);
        }
    }
}
