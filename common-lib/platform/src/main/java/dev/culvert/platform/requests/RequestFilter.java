package dev.culvert.platform.requests;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/** Records servlet requests; asynchronous ones when they complete. */
final class RequestFilter extends OncePerRequestFilter {
    private final RequestRecorder recorder;

    RequestFilter(RequestRecorder recorder) {
        this.recorder = recorder;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var stopwatch = new Stopwatch();
        var timed = new TimedResponse(response, stopwatch);
        recorder.started();
        boolean thrown = true;
        try {
            chain.doFilter(request, timed);
            thrown = false;
        } finally {
            if (request.isAsyncStarted()) {
                request.getAsyncContext()
                        .addListener(
                                new OnCompletion(inLogContext(() -> end(request, response.getStatus(), stopwatch))));
            } else {
                timed.begin();
                // what is thrown from here is answered by the container, which has not set the status yet
                end(request, thrown ? 500 : response.getStatus(), stopwatch);
            }
        }
    }

    /** Completion comes on a thread that knows nothing of the request. */
    private static Runnable inLogContext(Runnable action) {
        Map<String, String> context = Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
        return () -> {
            Map<String, String> before = Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
            MDC.setContextMap(context);
            try {
                action.run();
            } finally {
                MDC.setContextMap(before);
            }
        };
    }

    private void end(HttpServletRequest request, int status, Stopwatch stopwatch) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        recorder.ended(new AnsweredRequest(
                request.getMethod(),
                request.getRequestURI(),
                pattern == null ? AnsweredRequest.UNKNOWN_ROUTE : pattern.toString(),
                status,
                stopwatch.firstByte(),
                stopwatch.elapsed()));
    }

    private record OnCompletion(Runnable action) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            action.run();
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
