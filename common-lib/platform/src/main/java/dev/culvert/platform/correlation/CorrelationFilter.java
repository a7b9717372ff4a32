package dev.culvert.platform.correlation;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Takes or mints the correlation id of a servlet request, returns it, and keeps it in the log context meanwhile. */
final class CorrelationFilter extends OncePerRequestFilter {
    private static final String ATTRIBUTE = CorrelationFilter.class.getName() + ".id";

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = request.getAttribute(ATTRIBUTE) instanceof String known
                ? known
                : Correlation.accept(request.getHeader(Correlation.HEADER));
        request.setAttribute(ATTRIBUTE, id);
        try (Correlation.Open _ = Correlation.open(id)) {
            response.setHeader(Correlation.HEADER, id);
            chain.doFilter(request, response);
        }
    }

    /** Later dispatches run on other threads, and errors are written in one: both need the log context again. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }
}
