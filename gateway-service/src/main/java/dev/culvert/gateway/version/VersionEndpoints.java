package dev.culvert.gateway.version;

import static org.springframework.web.reactive.function.server.RequestPredicates.path;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RequestPredicate;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** What callers can ask about versions and what is going away (requirements R12.4, R12.5); from what the gateway acts on. */
@Configuration(proxyBeanMethods = false)
class VersionEndpoints {
    record Versions(String current, @JsonProperty("default") String usual, List<Version> versions) {}

    record Version(
            String version,
            String status,
            String path,
            LocalDate releasedAt,
            Optional<LocalDate> deprecatedAt,
            Optional<LocalDate> sunsetAt,
            Set<String> families) {}

    record Ending(
            String id,
            String path,
            Optional<String> method,
            String status,
            LocalDate deprecatedAt,
            LocalDate sunsetAt,
            Optional<String> successor,
            String migrationGuide) {}

    record Status(int deprecated, int sunset, List<Ending> operations) {}

    record Guide(String id, String path, Optional<String> successor, LocalDate sunsetAt, String guide) {}

    record EndpointInfo(String method, String path, boolean deprecated, Optional<Ending> deprecation) {}

    private final VersionProperties properties;
    private final ApiFamilies families;
    private final ApiVersioning versioning;
    private final Deprecations deprecations;
    private final Clock clock;

    VersionEndpoints(
            VersionProperties properties,
            ApiFamilies families,
            ApiVersioning versioning,
            Deprecations deprecations,
            Clock clock) {
        this.properties = properties;
        this.families = families;
        this.versioning = versioning;
        this.deprecations = deprecations;
        this.clock = clock;
    }

    @Bean
    RouterFunction<ServerResponse> versionRoutes() {
        return RouterFunctions.route()
                .route(at("/versions"), _ -> answer(versions()))
                .route(at("/deprecation/status"), _ -> answer(status()))
                .route(at("/deprecation/deprecated"), _ -> answer(endings("deprecated")))
                .route(at("/deprecation/sunset"), _ -> answer(endings("sunset")))
                .route(at("/deprecation/migration-guide/{id}"), request -> answer(guide(request.pathVariable("id"))))
                .route(at("/deprecation/endpoint-info"), request -> answer(endpointInfo(request)))
                .build();
    }

    private static RequestPredicate at(String address) {
        return path(address).or(path("/api/v1" + address));
    }

    private Versions versions() {
        String current = "v" + properties.current();
        return new Versions(
                current,
                current,
                properties.supported().stream()
                        .map(version -> new Version(
                                "v" + version.number(),
                                versioning.status(version),
                                "/api/v" + version.number(),
                                version.released(),
                                version.deprecatedSince(),
                                version.sunset(),
                                families.of(version.number())))
                        .toList());
    }

    private Status status() {
        return new Status(
                endings("deprecated").size(),
                endings("sunset").size(),
                deprecations.all().stream().map(this::ending).toList());
    }

    private List<Ending> endings(String status) {
        return deprecations.all().stream()
                .map(this::ending)
                .filter(ending -> ending.status().equals(status))
                .toList();
    }

    private Ending ending(Deprecation deprecation) {
        return new Ending(
                deprecation.id(),
                deprecation.path(),
                deprecation.method(),
                deprecation.isOver(clock.instant()) ? "sunset" : "deprecated",
                deprecation.since(),
                deprecation.sunset(),
                deprecation.successor(),
                deprecation.guidePath());
    }

    private Guide guide(String id) {
        return deprecations.all().stream()
                .filter(deprecation -> deprecation.id().equals(id))
                .map(found -> new Guide(found.id(), found.path(), found.successor(), found.sunset(), found.guide()))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NOT_FOUND, "Nothing of this id is going away. GET /deprecation/status lists all."));
    }

    private EndpointInfo endpointInfo(ServerRequest request) {
        String asked = request.queryParam("path")
                .filter(path -> path.startsWith("/"))
                .orElseThrow(() -> new ProblemException(ProblemCode.VALIDATION_ERROR, "Say which path you mean.")
                        .withViolations(List.of(new Violation("path", "must be a path that starts with /"))));
        String method = request.queryParam("method").orElse("GET");
        Optional<Ending> ending = deprecations
                .find(method, asked)
                .or(() -> versioning.leadsOn(asked) ? Optional.of(deprecations.unversioned()) : Optional.empty())
                .map(this::ending);
        return new EndpointInfo(method, asked, ending.isPresent(), ending);
    }

    private static Mono<ServerResponse> answer(Object body) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noCache())
                .bodyValue(body);
    }
}
