package dev.culvert.gateway.version;

import dev.culvert.gateway.version.VersionProperties.DeprecatedOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Everything that is going away. */
@Component
final class Deprecations {
    private final Deprecation unversioned;
    private final List<Matched> matched;

    private record Matched(PathPattern path, Deprecation deprecation) {
        boolean concerns(PathContainer requested, String method) {
            return deprecation.method().filter(only -> !only.equals(method)).isEmpty() && path.matches(requested);
        }
    }

    Deprecations(VersionProperties properties, UnversionedPaths unversioned) {
        this.unversioned = new Deprecation(
                "unversioned-paths",
                "/api/{family}/**",
                Optional.empty(),
                unversioned.deprecatedSince(),
                unversioned.sunset(),
                Optional.of("/api/v" + properties.current()),
                "Put /api/v" + properties.current() + " in front of the family, e.g. /api/v" + properties.current()
                        + "/tunnels instead of /api/tunnels, /v1/tunnels or /tunnels.");
        List<Deprecation> operations = new ArrayList<>();
        properties.deprecated().stream().map(Deprecations::of).forEach(operations::add);
        properties.supported().stream()
                .filter(version -> version.sunset().isPresent())
                .map(version -> new Deprecation(
                        "v" + version.number(),
                        "/api/v" + version.number() + "/**",
                        Optional.empty(),
                        version.deprecatedSince().orElseThrow(),
                        version.sunset().orElseThrow(),
                        Optional.of("/api/v" + properties.current()),
                        "Move to version " + properties.current() + "; GET /versions tells what it has."))
                .forEach(operations::add);
        matched = operations.stream()
                .map(operation -> new Matched(PathPatternParser.defaultInstance.parse(operation.path()), operation))
                .toList();
    }

    private static Deprecation of(DeprecatedOperation operation) {
        return new Deprecation(
                operation.id(),
                operation.path(),
                operation.method(),
                operation.since(),
                operation.sunset(),
                operation.successor(),
                operation.guide());
    }

    /** Addresses without version. */
    Deprecation unversioned() {
        return unversioned;
    }

    /** What is deprecated about a request, the single operation before the version it belongs to. */
    Optional<Deprecation> find(String method, String path) {
        if (matched.isEmpty()) {
            return Optional.empty();
        }
        PathContainer requested = PathContainer.parsePath(path);
        return matched.stream()
                .filter(candidate -> candidate.concerns(requested, method))
                .map(Matched::deprecation)
                .findFirst();
    }

    List<Deprecation> all() {
        List<Deprecation> all = new ArrayList<>();
        all.add(unversioned);
        matched.forEach(each -> all.add(each.deprecation()));
        return all;
    }
}
