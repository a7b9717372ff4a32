package dev.culvert.platform.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.springframework.http.server.PathContainer;
import org.springframework.web.ErrorResponse;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Finds the rule of a request by asking the dispatcher's own mappings which method would answer it. */
final class AccessRules {
    private final List<PathPattern> openPaths;
    private final List<HandlerMapping> mappings;

    AccessRules(List<String> openPaths, List<HandlerMapping> mappings) {
        this.openPaths =
                openPaths.stream().map(PathPatternParser.defaultInstance::parse).toList();
        this.mappings = List.copyOf(mappings);
    }

    /** What the request needs. */
    AccessRule of(HttpServletRequest request) throws Exception {
        if (!ServletRequestPathUtils.hasParsedRequestPath(request)) {
            ServletRequestPathUtils.parseAndCache(request);
        }
        PathContainer path =
                ServletRequestPathUtils.getParsedRequestPath(request).pathWithinApplication();
        if (openPaths.stream().anyMatch(pattern -> pattern.matches(path))) {
            return new AccessRule.Open();
        }
        for (HandlerMapping mapping : mappings) {
            Optional<AccessRule> rule = of(mapping, request);
            if (rule.isPresent()) {
                return rule.get();
            }
        }
        return new AccessRule.Open();
    }

    private static Optional<AccessRule> of(HandlerMapping mapping, HttpServletRequest request) throws Exception {
        try {
            HandlerExecutionChain chain = mapping.getHandler(request);
            return chain == null ? Optional.empty() : Optional.of(of(chain.getHandler()));
        } catch (Exception refused) {
            if (refused instanceof ErrorResponse) {
                return Optional.of(new AccessRule.Open()); // wrong method or media type: the dispatcher says which
            }
            throw refused;
        }
    }

    private static AccessRule of(Object handler) {
        Access access = handler instanceof HandlerMethod method ? method.getMethodAnnotation(Access.class) : null;
        return access == null ? new AccessRule.Undeclared() : AccessRule.of(access);
    }
}
