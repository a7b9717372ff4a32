package dev.culvert.platform.defaults;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Makes a sentence of a start that fails because somebody else has the port. Spring Boot does so for the port of a web server, not
 * for a data port, and Netty's native transport has an exception of its own for it.
 */
final class TakenPortAnalyzer extends AbstractFailureAnalyzer<IOException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IOException cause) {
        return Objects.requireNonNullElse(cause.getMessage(), "").contains("Address already in use")
                ? new FailureAnalysis(
                        "A port this service wants to listen at is taken: " + rootFailure.getMessage(),
                        "End the process that has it, or choose others with PORT and, where there is one, TUNNEL_DATA_PORT or"
                                + " PROXY_DATA_PORT.",
                        cause)
                : null;
    }
}
