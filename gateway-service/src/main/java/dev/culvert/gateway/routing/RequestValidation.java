package dev.culvert.gateway.routing;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Destination;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import dev.culvert.gateway.routing.RoutingProperties.RequestProperties;
import dev.culvert.platform.problem.ProblemException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Refuses what no service should have to look at (requirements R1.1a, R1.3a). Looks at the head only, never at the body. */
@Component
final class RequestValidation implements Stage {
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    /** DPoP for tokens that are bound to a key (RFC 9449 §7.1). */
    private static final List<String> SCHEMES = List.of("Bearer ", "DPoP ");

    private static final List<String> OWN_METHODS = List.of("GET", "HEAD");
    private static final List<MediaType> READABLE = List.of(
            MediaType.APPLICATION_JSON,
            MediaType.valueOf("application/*+json"),
            MediaType.APPLICATION_FORM_URLENCODED,
            MediaType.MULTIPART_FORM_DATA);

    private final RequestProperties limits;

    RequestValidation(RoutingProperties properties) {
        limits = properties.request();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        Destination destination = Call.of(exchange).destination();
        Plane plane = destination.plane();
        ProblemException refusal = refusal(request, destination);
        if (refusal != null) {
            return Mono.error(refusal);
        }
        return chain.filter(
                plane != Plane.DATA && hasBody(request)
                        ? exchange.mutate()
                                .request(new CappedRequest(
                                        request, limits.maxApiBody().toBytes(), limits.bodyPause()))
                                .build()
                        : exchange);
    }

    private @Nullable ProblemException refusal(ServerHttpRequest request, Destination destination) {
        Plane plane = destination.plane();
        boolean own = plane == Plane.OWN;
        if (!(own ? OWN_METHODS : METHODS).contains(request.getMethod().name())) {
            return new ProblemException(ProblemCode.METHOD_NOT_ALLOWED, "This method is not used here.")
                    .withHeader(HttpHeaders.ALLOW, String.join(", ", own ? OWN_METHODS : METHODS));
        }
        ProblemException head = ofAddress(request.getURI(), plane);
        if (head == null) {
            head = ofHeaders(request.getHeaders(), destination);
        }
        return head != null || plane == Plane.DATA ? head : ofBody(request);
    }

    private @Nullable ProblemException ofAddress(URI uri, Plane plane) {
        String path = uri.getRawPath();
        String query = uri.getRawQuery();
        if (path.length() + (query == null ? 0 : query.length()) > limits.maxUriLength()) {
            return new ProblemException(
                    ProblemCode.URI_TOO_LONG, "Path and query may have " + limits.maxUriLength() + " characters.");
        }
        return PathForm.isNormal(path, plane == Plane.DATA)
                ? null
                : new ProblemException(
                        ProblemCode.VALIDATION_ERROR,
                        "The path has dot segments, empty segments, or encoded characters that hide them. Send its"
                                + " normal form.");
    }

    private @Nullable ProblemException ofHeaders(HttpHeaders headers, Destination destination) {
        Extent extent = new Extent();
        headers.forEach(extent::add); // not headerSet, which copies all
        if (extent.count > limits.maxHeaderCount()
                || extent.size > limits.maxHeaderSize().toBytes()) {
            return new ProblemException(
                    ProblemCode.HEADERS_TOO_LARGE,
                    "A request may have " + limits.maxHeaderCount() + " headers with "
                            + limits.maxHeaderSize().toBytes() + " characters in all.");
        }
        String authorization = headers.getFirst(HttpHeaders.AUTHORIZATION);
        boolean forTheService = destination.plane() == Plane.AUTHORIZATION // clients send their secret as Basic
                || (destination.plane() == Plane.DATA // so do visitors of public tunnels
                        && (destination.open() || headers.containsHeader(HeaderNames.API_KEY)));
        if (authorization != null && !forTheService && !carriesToken(authorization)) {
            return new ProblemException(
                    ProblemCode.INVALID_AUTH_HEADER, "The Authorization header must be 'Bearer <token or API key>'.");
        }
        return null;
    }

    private static final class Extent {
        private long size;
        private int count;

        void add(String name, List<String> values) {
            for (String value : values) {
                count++;
                size += name.length() + value.length();
            }
        }
    }

    private static boolean carriesToken(String authorization) {
        for (String scheme : SCHEMES) {
            if (authorization.regionMatches(true, 0, scheme, 0, scheme.length())) {
                // Not the rest by itself: it is long, and this is done for each request.
                for (int i = scheme.length(); i < authorization.length(); i++) {
                    if (!Character.isWhitespace(authorization.charAt(i))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private @Nullable ProblemException ofBody(ServerHttpRequest request) {
        if (!hasBody(request)) {
            return null;
        }
        if (request.getHeaders().getContentLength() > limits.maxApiBody().toBytes()) {
            return CappedRequest.tooLarge(limits.maxApiBody().toBytes());
        }
        MediaType contentType;
        try {
            contentType = request.getHeaders().getContentType();
        } catch (InvalidMediaTypeException e) {
            return unsupported();
        }
        if (contentType == null) {
            return new ProblemException(
                    ProblemCode.MISSING_CONTENT_TYPE, "A request with a body must say its Content-Type.");
        }
        if (contentType.getType().equals("multipart") && contentType.getParameter("boundary") == null) {
            return new ProblemException(
                    ProblemCode.VALIDATION_ERROR, "The Content-Type of multipart data must name its boundary.");
        }
        return READABLE.stream().anyMatch(readable -> readable.includes(contentType)) ? null : unsupported();
    }

    private static ProblemException unsupported() {
        return new ProblemException(
                ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Bodies are read as JSON, as a form or as multipart form data.");
    }

    /** RFC 9112 §6.3: a request has a body when one of the two headers announces it. */
    static boolean hasBody(ServerHttpRequest request) {
        HttpHeaders headers = request.getHeaders();
        return headers.getContentLength() > 0 || headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
    }
}
