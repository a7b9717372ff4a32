package dev.culvert.platform.requests;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;

/** Adds the time headers at the last moment where headers can still be added: when the body is about to begin. */
final class TimedResponse extends HttpServletResponseWrapper {
    private final Stopwatch stopwatch;
    private boolean begun;

    TimedResponse(HttpServletResponse response, Stopwatch stopwatch) {
        super(response);
        this.stopwatch = stopwatch;
    }

    void begin() {
        if (!begun && !isCommitted()) {
            begun = true;
            stopwatch.answerBegins().forEach(this::setHeader);
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        begin();
        return super.getOutputStream();
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        begin();
        return super.getWriter();
    }

    @Override
    public void flushBuffer() throws IOException {
        begin();
        super.flushBuffer();
    }

    @Override
    public void sendError(int status) throws IOException {
        begin();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        begin();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        begin();
        super.sendRedirect(location);
    }
}
