package dev.culvert.admin.call;

import dev.culvert.contracts.problem.Violation;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/**
 * The calls that a rule is about.
 *
 * @param methods in capitals; none means all
 * @param paths patterns such as {@code /api/v1/tunnels/**}
 */
public record SelectedCalls(List<String> methods, List<String> paths) {
    private static final int MOST_PATHS = 50;
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** As a request named them; whatever is wrong is added to {@code wrong}. */
    public static SelectedCalls check(
            @Nullable List<String> methods, @Nullable List<String> paths, List<Violation> wrong) {
        List<String> allMethods = Objects.requireNonNullElse(methods, List.of());
        if (!METHODS.containsAll(allMethods)) {
            wrong.add(new Violation("methods", "must be HTTP methods in capitals"));
        }
        List<String> allPaths = Objects.requireNonNullElse(paths, List.of());
        if (allPaths.isEmpty()
                || allPaths.size() > MOST_PATHS
                || !allPaths.stream().allMatch(SelectedCalls::isPattern)) {
            wrong.add(new Violation("paths", "must be 1 to " + MOST_PATHS + " patterns such as /api/v1/tunnels/**"));
        }
        return new SelectedCalls(allMethods, allPaths);
    }

    private static boolean isPattern(String path) {
        try {
            PathPatternParser.defaultInstance.parse(path);
            return path.startsWith("/");
        } catch (PatternParseException notOne) {
            return false;
        }
    }
}
