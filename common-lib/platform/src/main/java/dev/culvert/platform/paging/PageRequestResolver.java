package dev.culvert.platform.paging;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Reads {@link PageRequest} parameters and names every number that is out of bounds. */
final class PageRequestResolver implements HandlerMethodArgumentResolver {

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == PageRequest.class;
    }

    @Override
    public PageRequest resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        PageLimit declared = parameter.getParameterAnnotation(PageLimit.class);
        int max = declared == null ? PageRequest.MAX_LIMIT : declared.value();
        int usual = Math.min(max, declared == null ? PageRequest.DEFAULT_LIMIT : declared.byDefault());
        List<Violation> violations = new ArrayList<>();
        int limit = read(request, "limit", 1, max, violations).orElse(usual);
        OptionalInt offset = read(request, "offset", 0, Integer.MAX_VALUE, violations);
        OptionalInt page = read(request, "page", 1, Integer.MAX_VALUE / max, violations);
        if (offset.isPresent() && page.isPresent()) {
            violations.add(new Violation("page", "cannot be combined with offset"));
        }
        if (!violations.isEmpty()) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "The page asked for cannot be answered.")
                    .withViolations(violations);
        }
        return new PageRequest(limit, page.isPresent() ? (page.getAsInt() - 1) * limit : offset.orElse(0));
    }

    private static OptionalInt read(
            NativeWebRequest request, String name, int min, int max, List<Violation> violations) {
        String text = request.getParameter(name);
        if (text == null || text.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return OptionalInt.of(value);
            }
        } catch (NumberFormatException notANumber) {
            // answered below like a number out of bounds
        }
        violations.add(new Violation(name, "must be a whole number from " + min + " to " + max));
        return OptionalInt.empty();
    }
}
