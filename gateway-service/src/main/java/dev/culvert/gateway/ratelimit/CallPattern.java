package dev.culvert.gateway.ratelimit;

import java.util.List;
import java.util.Set;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Which calls a rule is about: methods and paths. */
final class CallPattern {
    private final Set<String> methods;
    private final List<PathPattern> paths;
    private final String start;

    /**
     * Understands the patterns of Spring, e.g. {@code /api/v1/webhooks/*}.
     *
     * @param methods HTTP methods; none means all
     * @throws org.springframework.web.util.pattern.PatternParseException when a path is none
     */
    CallPattern(List<String> methods, List<String> paths) {
        this.methods = Set.copyOf(methods);
        this.paths =
                paths.stream().map(PathPatternParser.defaultInstance::parse).toList();
        this.start = commonStart(paths);
    }

    boolean covers(ServerHttpRequest request) {
        PathContainer path = request.getPath().pathWithinApplication();
        if (!path.value().startsWith(start)
                || (!methods.isEmpty() && !methods.contains(request.getMethod().name()))) {
            return false;
        }
        for (PathPattern pattern : paths) {
            if (pattern.matches(path)) {
                return true;
            }
        }
        return false;
    }

    /** What all paths begin with before their first variable part: cheaper to compare than a pattern. */
    private static String commonStart(List<String> paths) {
        String common = null;
        for (String path : paths) {
            String literal = path.split("/\\*|[*{?]", 2)[0];
            common = common == null ? literal : commonStart(common, literal);
        }
        return common == null ? "" : common;
    }

    private static String commonStart(String one, String other) {
        int length = 0;
        while (length < one.length() && length < other.length() && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return one.substring(0, length);
    }
}
