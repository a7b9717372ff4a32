package dev.culvert.gateway.routing;

import dev.culvert.gateway.call.Plane;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Where requests go and what they must look like.
 *
 * @param services addresses of the services by name; of one that runs several times, all of them
 * @param routes which paths go to which service; the longest matching path wins
 * @param trustedProxies networks in CIDR notation whose {@code X-Forwarded-*} headers are believed; nobody else's are
 * @param connectTimeout longest wait for a connection to a service
 * @param apiTimeout longest wait for a service's answer on API routes; data routes have none
 * @param upgradeTimeout longest wait for the answer to a WebSocket handshake
 * @param maxConnections most connections to one service
 * @param drain how long the gateway goes on taking calls when it is told to stop, and tells clients to go elsewhere; long enough
 *     for balancers to notice that it is not ready any more
 * @param httpsRequired whether sign-in, tokens and keys are refused to clients of whom a trusted proxy says that they came
 *     without TLS; off for local work only
 * @param request what requests must look like
 * @param crossOrigin which browser origins may call
 * @param legacy the deprecated addresses without version
 */
@ConfigurationProperties("culvert.gateway.routing")
public record RoutingProperties(
        Map<String, List<URI>> services,
        List<RouteProperties> routes,
        @DefaultValue List<String> trustedProxies,
        @DefaultValue("2s") Duration connectTimeout,
        @DefaultValue("30s") Duration apiTimeout,
        @DefaultValue("10s") Duration upgradeTimeout,
        @DefaultValue("512") int maxConnections,
        @DefaultValue("0s") Duration drain,
        @DefaultValue("true") boolean httpsRequired,
        @DefaultValue RequestProperties request,
        @DefaultValue CrossOriginProperties crossOrigin,
        @DefaultValue LegacyProperties legacy) {

    public RoutingProperties {
        services = services.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, service -> List.copyOf(service.getValue())));
        routes = List.copyOf(routes);
        trustedProxies = List.copyOf(trustedProxies);
        for (RouteProperties route : routes) {
            if (services.getOrDefault(route.service(), List.of()).isEmpty()) {
                throw new IllegalArgumentException("Route " + route.path() + " names the service '" + route.service()
                        + "', which is not under culvert.gateway.routing.services");
            }
        }
    }

    /** Addresses of the services that answer API routes, by name: the ones with health and documentation. */
    public SortedMap<String, List<URI>> apiServices() {
        SortedMap<String, List<URI>> found = new TreeMap<>();
        for (RouteProperties route : routes) {
            if (route.plane() == Plane.API) {
                found.put(route.service(), addresses(route.service()));
            }
        }
        return found;
    }

    /** Where a service is. */
    List<URI> addresses(String service) {
        return services.getOrDefault(service, List.of());
    }

    /**
     * One route.
     *
     * @param path the path and everything below it
     * @param service name of the service
     * @param plane {@code api}, {@code authorization} or {@code data}
     * @param open paths, with everything below them, that need no credential
     * @param rewriteTo replaces {@link #path} on the way to the service, for aliases
     */
    public record RouteProperties(
            String path,
            String service,
            @DefaultValue("api") Plane plane,
            @DefaultValue List<String> open,
            Optional<String> rewriteTo) {
        public RouteProperties {
            open = List.copyOf(open);
        }
    }

    /**
     * What a request must look like.
     *
     * @param maxApiBody largest body on API routes; data routes have no limit
     * @param maxUriLength longest path and query, in characters
     * @param maxHeaderCount most header lines
     * @param maxHeaderSize names and values of all headers together
     * @param headTime longest time from the first byte of a request to the end of its headers
     * @param bodyPause longest pause while a body is sent on API routes
     */
    public record RequestProperties(
            @DefaultValue("10MB") DataSize maxApiBody,
            @DefaultValue("8192") int maxUriLength,
            @DefaultValue("100") int maxHeaderCount,
            @DefaultValue("32KB") DataSize maxHeaderSize,
            @DefaultValue("10s") Duration headTime,
            @DefaultValue("30s") Duration bodyPause) {}

    /**
     * Browser origins.
     *
     * @param allowedOrigins exact origins, e.g. {@code https://console.example.org}; never {@code *}
     * @param maxAge how long browsers may remember a preflight answer
     */
    public record CrossOriginProperties(
            @DefaultValue List<String> allowedOrigins,
            @DefaultValue("10m") Duration maxAge) {
        public CrossOriginProperties {
            allowedOrigins =
                    allowedOrigins.stream().filter(origin -> !origin.isBlank()).toList();
            if (allowedOrigins.contains("*")) {
                throw new IllegalArgumentException(
                        "culvert.gateway.routing.cross-origin.allowed-origins cannot be *, name each origin");
            }
        }
    }

    /**
     * Addresses of before versions, answered with a permanent redirect.
     *
     * @param deprecatedSince date of the {@code Deprecation} header (RFC 9745)
     * @param sunset date of the {@code Sunset} header (RFC 8594)
     */
    public record LegacyProperties(
            @DefaultValue("2026-11-22") LocalDate deprecatedSince,
            @DefaultValue("2027-11-22") LocalDate sunset) {}
}
