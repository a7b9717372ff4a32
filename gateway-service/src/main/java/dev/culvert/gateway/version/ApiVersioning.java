package dev.culvert.gateway.version;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.call.Stage;
import dev.culvert.gateway.version.ApiFamilies.VersionedPath;
import dev.culvert.gateway.version.VersionProperties.SupportedVersion;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Versions of the API (requirements R12.4, R12.5, S4.54, S4.55, X-7). A path says its version; header {@code API-Version}
 * or query {@code api-version} may say it too, but nothing else. {@code /api/<family>}, {@code /v1/<family>} and {@code
 * /<family>} lead on to the address with version, method and body kept (308). What is going away says so on each answer,
 * and is refused once it is over.
 */
@Component
public final class ApiVersioning implements Stage {
    static final String HEADER = "API-Version";
    static final String STATUS_HEADER = "API-Version-Status";
    private static final String PARAMETER = "api-version";
    private static final List<String> FORMER = List.of("/api/", "/");

    private final Map<Integer, SupportedVersion> supported;
    private final int current;
    private final ApiFamilies families;
    private final Deprecations deprecations;
    private final Clock clock;

    ApiVersioning(VersionProperties properties, ApiFamilies families, Deprecations deprecations, Clock clock) {
        this.supported = properties.supported().stream()
                .collect(Collectors.toUnmodifiableMap(SupportedVersion::number, Function.identity()));
        this.current = properties.current();
        this.families = families;
        this.deprecations = deprecations;
        this.clock = clock;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Plane plane = Call.of(exchange).destination().plane();
        String path = exchange.getRequest().getURI().getRawPath();
        if (plane == Plane.DATA || plane == Plane.AUTHORIZATION) {
            return chain.filter(exchange);
        }
        try {
            int version = VersionedPath.versionIn(path);
            if (version >= 0) {
                return serve(exchange, chain, version, path);
            }
            Optional<Unversioned> former = plane == Plane.NONE ? former(path) : Optional.empty();
            return former.map(address -> lead(exchange, address)).orElseGet(() -> chain.filter(exchange));
        } catch (ProblemException refusal) {
            return Mono.error(refusal);
        }
    }

    /** An address from before versions: what follows {@code /api/}, {@code /v1/} or {@code /}, and the version it may name. */
    private record Unversioned(String rest, Optional<Integer> version) {}

    private Mono<Void> serve(ServerWebExchange exchange, WebFilterChain chain, int version, String path) {
        ServerHttpRequest request = exchange.getRequest();
        SupportedVersion known = supported.get(version);
        if (known == null) {
            return Mono.error(unknown(version));
        }
        int asked = asked(request).orElse(version);
        if (asked != version) {
            return Mono.error(contradiction());
        }
        HttpHeaders headers = exchange.getResponse().getHeaders();
        headers.set(HEADER, Integer.toString(version));
        headers.set(STATUS_HEADER, status(known));
        Optional<Deprecation> deprecation =
                deprecations.find(request.getMethod().name(), path);
        if (deprecation.isPresent()) {
            if (deprecation.get().isOver(clock.instant())) {
                return Mono.error(deprecation.get().refusal(Optional.empty()));
            }
            deprecation.get().tell(headers, Optional.empty());
        }
        return chain.filter(exchange);
    }

    /** Reads a path as such an address; empty when no family is meant. */
    private Optional<Unversioned> former(String path) {
        Optional<VersionedPath> named = path.startsWith("/v") ? VersionedPath.parse(path, 2) : Optional.empty();
        Optional<Unversioned> found = named.map(
                        versioned -> new Unversioned(versioned.rest(), Optional.of(versioned.version())))
                .or(() -> FORMER.stream()
                        .filter(path::startsWith)
                        .map(prefix -> new Unversioned(path.substring(prefix.length()), Optional.empty()))
                        .findFirst());
        return found.filter(address -> families.contain(ApiFamilies.firstSegment(address.rest())));
    }

    /** Whether a path is an address without version that is redirected. */
    boolean leadsOn(String path) {
        return former(path).isPresent();
    }

    private Mono<Void> lead(ServerWebExchange exchange, Unversioned address) {
        Optional<Integer> ofPath = address.version();
        Optional<Integer> asked = asked(exchange.getRequest());
        if (ofPath.isPresent() && asked.isPresent() && !ofPath.equals(asked)) {
            return Mono.error(contradiction());
        }
        int version = ofPath.or(() -> asked).orElse(current);
        if (!supported.containsKey(version)) {
            return Mono.error(unknown(version));
        }
        String family = ApiFamilies.firstSegment(address.rest());
        if (!families.of(version).contains(family)) {
            return Mono.error(new ProblemException(
                            ProblemCode.VALIDATION_ERROR,
                            family + " has no version " + version + ". GET /versions tells what has.")
                    .withAlias("API_VERSION_UNSUPPORTED"));
        }
        String path = "/api/v" + version + "/" + address.rest();
        Deprecation deprecation = deprecations.unversioned();
        if (deprecation.isOver(clock.instant())) {
            return Mono.error(deprecation.refusal(Optional.of(path)));
        }
        return redirect(exchange, path, deprecation);
    }

    private static Mono<Void> redirect(ServerWebExchange exchange, String path, Deprecation deprecation) {
        ServerHttpResponse response = exchange.getResponse();
        HttpHeaders headers = response.getHeaders();
        String query = withoutVersion(exchange.getRequest().getURI().getRawQuery());
        headers.set(HttpHeaders.LOCATION, query.isEmpty() ? path : path + '?' + query);
        headers.add(HttpHeaders.VARY, HEADER);
        deprecation.tell(headers, Optional.of(path));
        headers.setContentLength(0);
        response.setStatusCode(HttpStatus.PERMANENT_REDIRECT);
        return response.setComplete();
    }

    /** The version that header or query ask for. */
    private static Optional<Integer> asked(ServerHttpRequest request) {
        String header = request.getHeaders().getFirst(HEADER);
        String query = request.getURI().getRawQuery();
        boolean inQuery = query != null && query.contains(PARAMETER + "=");
        if (header == null && !inQuery) {
            return Optional.empty();
        }
        Optional<Integer> ofHeader = Optional.ofNullable(header).map(ApiVersioning::number);
        Optional<Integer> ofQuery = inQuery
                ? Optional.ofNullable(request.getQueryParams().getFirst(PARAMETER))
                        .map(ApiVersioning::number)
                : Optional.empty();
        if (ofHeader.isPresent() && ofQuery.isPresent() && !ofHeader.equals(ofQuery)) {
            throw contradiction();
        }
        return ofHeader.or(() -> ofQuery);
    }

    /** Reads {@code 1} or {@code v1}. */
    private static int number(String text) {
        String digits = text.startsWith("v") || text.startsWith("V") ? text.substring(1) : text;
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException notANumber) {
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR, "A version is a whole number. GET /versions lists them.")
                    .withAlias("API_VERSION_UNSUPPORTED");
        }
    }

    private static String withoutVersion(@Nullable String query) {
        return query == null
                ? ""
                : Arrays.stream(query.split("&", -1))
                        .filter(parameter -> !parameter.startsWith(PARAMETER + "="))
                        .collect(Collectors.joining("&"));
    }

    /** One word for clients and dashboards. */
    String status(SupportedVersion version) {
        if (version.deprecatedSince().isPresent()) {
            return "deprecated";
        }
        return version.number() == current ? "current" : "supported";
    }

    private ProblemException unknown(int version) {
        String known = supported.keySet().stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
        return new ProblemException(
                        ProblemCode.VALIDATION_ERROR,
                        "There is no version " + version + " of the API. Versions are " + known + ".")
                .withAlias("API_VERSION_UNSUPPORTED");
    }

    private static ProblemException contradiction() {
        return new ProblemException(
                        ProblemCode.VALIDATION_ERROR,
                        "Path, API-Version header and api-version query name different versions. Name one.")
                .withAlias("API_VERSION_CONFLICT");
    }
}
