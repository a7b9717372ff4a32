package dev.culvert.platform.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
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
            problems.write(request, response, failure);
        } catch (IOException clientGone) {
            failure.addSuppressed(clientGone);
            return null;
        }
        return new ModelAndView();
    }
}
