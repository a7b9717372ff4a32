package dev.culvert.platform.problem;

import dev.culvert.contracts.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** Answers every exception that reaches the dispatcher and that no {@code @ExceptionHandler} of a service took. */
final class MvcProblemResolver implements HandlerExceptionResolver {
    private final ServletProblems problems;

    MvcProblemResolver(ServletProblems problems) {
        this.problems = problems;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        if (response.isCommitted()) {
            return null; // part of an answer is out: only the container can tell the client, by cutting the connection
        }
        try {
            problems.write(request, response, withoutType(request, failure));
        } catch (IOException clientGone) {
            failure.addSuppressed(clientGone);
            return null;
        }
        return new ModelAndView();
    }

    /** Spring takes a body without a type for an unknown type; callers are told the difference (requirement R1.3a). */
    private static Exception withoutType(HttpServletRequest request, Exception failure) {
        return failure instanceof HttpMediaTypeNotSupportedException && request.getContentType() == null
                ? new ProblemException(
                        ProblemCode.MISSING_CONTENT_TYPE, "The request has a body but does not say of which type.")
                : failure;
    }
}
