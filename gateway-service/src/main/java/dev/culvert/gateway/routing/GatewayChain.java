package dev.culvert.gateway.routing;

import dev.culvert.gateway.cache.ResponseCache;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Destination;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.compression.Compression;
import dev.culvert.gateway.identity.CallerIdentification;
import dev.culvert.gateway.ratelimit.AddressLimit;
import dev.culvert.gateway.ratelimit.CallerLimit;
import dev.culvert.gateway.routing.RoutingProperties.RouteProperties;
import dev.culvert.gateway.security.InjectionWatch;
import dev.culvert.gateway.security.SignedRequests;
import dev.culvert.gateway.version.ApiFamilies;
import dev.culvert.gateway.version.ApiVersioning;
import dev.culvert.gateway.version.UnversionedPaths;
import java.net.URI;
import java.util.Map;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.support.RouteMetadataUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A request's way through the gateway, left to right (requirements R1.1, X-30). A stage may answer, which ends the way, or
 * fail, which {@link ErrorCapture} answers in the one error body.
 *
 * <p>Two stages that never answer stand further out than the requirement lists them: the log must see the status that the
 * error capture writes, and the security headers belong on a refused preflight too.
 */
@Configuration(proxyBeanMethods = false)
class GatewayChain {

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    WebFilter gatewayStages(
            TraceContext traceContext,
            AccessLog accessLog,
            Compression compression,
            ErrorCapture errorCapture,
            SecurityHeaders securityHeaders,
            CrossOrigin crossOrigin,
            HttpsOnly httpsOnly,
            ApiVersioning apiVersioning,
            RequestValidation requestValidation,
            InjectionWatch injectionWatch,
            AddressLimit addressLimit,
            CallerIdentification callerIdentification,
            CallerLimit callerLimit,
            SignedRequests signedRequests,
            ResponseCache responseCache) {
        return new Stages(
                traceContext, // destination, client, correlation id, W3C trace context
                accessLog, // one line and one measurement per request, X-Process-Time
                compression, // of what comes back
                errorCapture, // every failure below becomes the one error body
                securityHeaders,
                crossOrigin, // answers preflights
                httpsOnly, // no credentials in the clear
                apiVersioning, // which version is meant, 308 from addresses without, what is going away
                requestValidation, // method, path, headers, size, content type
                injectionWatch, // what looks like an attack is recorded
                addressLimit, // floods, before anything is paid for them
                callerIdentification, // access token or API key → verified caller
                callerLimit, // budget of the user, or of the address of anonymous callers
                signedRequests, // sensitive operations
                responseCache); // answers given before, equal calls joined
    }

    /**
     * Where a request that passed all stages goes on: the service its {@link RouteTable destination} names. The filters
     * behind, in order: {@link UpstreamAddress}, {@link UpgradeSplice} for WebSockets, {@link UpstreamAnswer} and {@link
     * UpstreamRequest} for everything else. What has no service is answered by the gateway's own handlers, or 404.
     */
    @Bean
    RouteLocator upstreams(RoutingProperties properties) {
        Map<String, Object> deadline = Map.of(
                RouteMetadataUtils.RESPONSE_TIMEOUT_ATTR,
                properties.apiTimeout().toMillis());
        Route api = route(Plane.API, deadline);
        Route authorization = route(Plane.AUTHORIZATION, deadline);
        Route data = route(Plane.DATA, Map.of());
        return () -> Flux.just(api, authorization, data);
    }

    @Bean
    ApiFamilies apiFamilies(RoutingProperties properties) {
        return new ApiFamilies(
                properties.routes().stream().map(RouteProperties::path).toList());
    }

    @Bean
    UnversionedPaths unversionedPaths(RoutingProperties properties) {
        return new UnversionedPaths(
                properties.legacy().deprecatedSince(), properties.legacy().sunset());
    }

    private static Route route(Plane plane, Map<String, Object> metadata) {
        return Route.async()
                .id(plane.name())
                .uri(URI.create("http://service")) // the destination has the address
                .asyncPredicate(
                        exchange -> Mono.just(goesTo(plane, Call.of(exchange).destination())))
                .metadata(metadata)
                .build();
    }

    /** What has no service and no handler here, e.g. another method of an address of our own, is not found. */
    private static boolean goesTo(Plane plane, Destination destination) {
        return destination.plane() == plane && destination.target().isPresent();
    }
}
