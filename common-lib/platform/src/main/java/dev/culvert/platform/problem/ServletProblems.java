package dev.culvert.platform.problem;

import dev.culvert.platform.correlation.Correlation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers a servlet request with a problem; used by filters, the security chain and MVC alike. */
public final class ServletProblems {
    private final ProblemWriter writer;

    ServletProblems(ProblemWriter writer) {
        this.writer = writer;
    }

    /** Answers with the failure. The response must not be committed. */
    public void write(HttpServletRequest request, HttpServletResponse response, Throwable failure) throws IOException {
        write(response, failure, request.getRequestURI());
    }

    void write(HttpServletResponse response, Throwable failure, String instance) throws IOException {
        ProblemAnswer answer = writer.answer(failure, instance, Correlation.currentOrNew());
        byte[] body = writer.toJson(answer.problem());
        response.resetBuffer();
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        response.flushBuffer();
    }
}
