package dev.culvert.gateway.routing;

import dev.culvert.gateway.cache.ResponseCache;
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
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.server.WebFilter;

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
            Drain drain,
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
            AgentArrivals agentArrivals,
            CallerIdentification callerIdentification,
            CallerLimit callerLimit,
            SignedRequests signedRequests,
            ResponseCache responseCache,
            Onward onward) {
        return new Stages(
                traceContext, // destination, client, correlation id, W3C trace context
                drain, // sends clients elsewhere while the gateway stops
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
                agentArrivals, // a few at a time when all come back at once
                callerIdentification, // access token or API key → verified caller
                callerLimit, // budget of the user, or of the address of anonymous callers
                signedRequests, // sensitive operations
                responseCache, // answers given before, equal calls joined
                onward); // the service, if one answers there
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
}
