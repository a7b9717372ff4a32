package dev.culvert.platform.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Answers 405 where a path has a handler of its own for other methods (RFC 9110, 15.5.6). Spring would go on to the pattern
 * beside it, and {@code DELETE /tunnels/batch} would be told that "batch" is no id.
 */
final class ExactPaths implements HandlerInterceptor {
    private final Supplier<Map<String, Set<String>>> methods;

    /** @param methods of each path without variables */
    ExactPaths(Supplier<Map<String, Set<String>>> methods) {
        this.methods = methods;
    }

    /** The methods of each path without variables, but of those that take any. */
    static Map<String, Set<String>> methods(Collection<RequestMappingInfo> mappings) {
        Map<String, Set<String>> found = new HashMap<>();
        for (RequestMappingInfo mapping : mappings) {
            for (RequestMethod method : mapping.getMethodsCondition().getMethods()) {
                mapping.getDirectPaths()
                        .forEach(path -> found.computeIfAbsent(path, _ -> new TreeSet<>())
                                .add(method.name()));
            }
        }
        return Map.copyOf(found);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws HttpRequestMethodNotSupportedException {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        if (handler instanceof HandlerMethod && pattern != null && pattern.toString().indexOf('{') >= 0) {
            String path = ServletRequestPathUtils.getParsedRequestPath(request)
                    .pathWithinApplication()
                    .value();
            Set<String> allowed = methods.get().get(path);
            if (allowed != null && !allowed.contains(request.getMethod())) {
                throw new HttpRequestMethodNotSupportedException(request.getMethod(), allowed);
            }
        }
        return true;
    }
}
