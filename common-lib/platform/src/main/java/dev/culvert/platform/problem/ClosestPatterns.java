package dev.culvert.platform.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.springframework.http.server.PathContainer;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Answers 405 where the pattern that describes a path best has other methods (RFC 9110, 15.5.6). Spring would go on to the next
 * one: {@code DELETE /tunnels/batch} would come to {@code /tunnels/{id}} and be told that "batch" is no id.
 */
final class ClosestPatterns implements HandlerInterceptor {
    private final Supplier<Map<String, List<Closer>>> closer;

    /** A pattern with its methods. */
    record Closer(PathPattern pattern, Set<String> methods) {}

    /** @param closer what {@link #closer} gives, asked for with the first request */
    ClosestPatterns(Supplier<Map<String, List<Closer>>> closer) {
        this.closer = closer;
    }

    /** For each pattern those that describe some of its paths better, the best first; patterns without any are left out. */
    static Map<String, List<Closer>> closer(Collection<RequestMappingInfo> mappings) {
        Map<PathPattern, Set<String>> methods = new TreeMap<>();
        for (RequestMappingInfo mapping : mappings) {
            for (RequestMethod method : mapping.getMethodsCondition().getMethods()) {
                // Null only where an application asks Spring to match by texts.
                Objects.requireNonNull(mapping.getPathPatternsCondition())
                        .getPatterns()
                        .forEach(pattern -> methods.computeIfAbsent(pattern, _ -> new TreeSet<>())
                                .add(method.name()));
            }
        }
        Map<String, List<Closer>> found = new HashMap<>();
        methods.keySet().forEach(pattern -> {
            List<Closer> better = methods.entrySet().stream()
                    .filter(other -> other.getKey().compareTo(pattern) < 0 && pattern.matches(sample(other.getKey())))
                    .map(other -> new Closer(other.getKey(), other.getValue()))
                    .toList();
            if (!better.isEmpty()) {
                found.put(pattern.getPatternString(), better);
            }
        });
        return Map.copyOf(found);
    }

    /** A path that a pattern matches. */
    private static PathContainer sample(PathPattern pattern) {
        return PathContainer.parsePath(pattern.getPatternString().replaceAll("\\{[^}]*}", "x"));
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws HttpRequestMethodNotSupportedException {
        Object chosen = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        if (handler instanceof HandlerMethod && chosen != null) {
            for (Closer one : closer.get().getOrDefault(chosen.toString(), List.of())) {
                PathContainer path =
                        ServletRequestPathUtils.getParsedRequestPath(request).pathWithinApplication();
                if (!one.methods().contains(request.getMethod())
                        && one.pattern().matches(path)) {
                    throw new HttpRequestMethodNotSupportedException(request.getMethod(), one.methods());
                }
            }
        }
        return true;
    }
}
