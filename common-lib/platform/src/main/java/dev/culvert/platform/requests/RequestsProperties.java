package dev.culvert.platform.requests;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Measuring and logging of HTTP requests.
 *
 * @param log whether each answered request is logged at INFO; slow ones are logged at WARN all the same
 * @param slow time to the first byte of the answer from which a request counts as slow
 */
@ConfigurationProperties("culvert.requests")
public record RequestsProperties(
        @DefaultValue("true") boolean log,
        @DefaultValue("1s") Duration slow) {}
